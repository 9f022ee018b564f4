import { fence } from "../untrusted/fence.ts";
import { sanitizeLines } from "../untrusted/sanitize.ts";
import { fitLines } from "./fit-lines.ts";
import { asData, asText, type Part } from "./part.ts";

/** Which lines are shown of those there are, counted from 1 within the text given. */
export interface ShownLines {
  readonly from: number;
  readonly to: number;
  readonly of: number;
}

export interface TextOptions {
  /** The name of the text in structured output. */
  readonly key: string;
  /** Text that users wrote: sanitised, and fenced off from the platform's own words. */
  readonly text: string;
  /** Which end to keep when it does not fit; the head by default. */
  readonly keep?: "head" | "tail";
  /** How much of the remaining budget the text may use; all of it by default. */
  readonly share?: number;
  /** True when the platform had more than it sent. */
  readonly more?: boolean;
  /** Said when lines are left out, or the platform had more: which, and the call that gets them. */
  readonly rest: (shown: ShownLines) => string;
  /** Said instead when the only line that is shown is longer than an answer may be, and was cut. */
  readonly lineCut: (shown: ShownLines) => string;
  /** What stands before a line, such as its number in a longer text; the platform's own word. */
  readonly label?: (line: number) => string;
  /** A field above the text that tells which lines are shown, such as `lines: 1-20 of 300`; undefined where that says nothing. */
  readonly position?: { readonly key: string; readonly value: (shown: ShownLines) => string | undefined };
}

/** Raw lines of user-written text. */
export function text(options: TextOptions): Part {
  return {
    render({ mode, budget, nonce }) {
      const { label = () => "" } = options;
      const lines = sanitizeLines(options.text)
        .replace(/\n$/, "")
        .split("\n")
        .map((line, at) => `${label(at + 1)}${line}`);
      const asSent =
        mode === "structured" ? (line: string) => JSON.stringify(line).slice(1, -1) : (line: string) => line;
      const own = budget.share(options.share ?? 1);
      const fitted = fitLines(lines, { budget: own, keep: options.keep ?? "head", asSent });
      const shown = { from: fitted.from + 1, to: fitted.from + fitted.lines.length, of: lines.length };
      const complete = fitted.lines.length === lines.length && options.more !== true;
      const rest = fitted.lineCut ? options.lineCut(shown) : complete ? undefined : options.rest(shown);
      const body = fitted.lines.join("\n");
      const { key = "", value } = options.position ?? {};
      const position = value?.(shown);
      if (mode === "structured") {
        return asData({ ...(position !== undefined && { [key]: position }), [options.key]: body }, rest);
      }
      return asText([position === undefined ? "" : `${key}: ${position}`, fence(body, nonce)], rest);
    },
  };
}
