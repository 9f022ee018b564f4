import { fence } from "../untrusted/fence.ts";
import { sanitizeLines } from "../untrusted/sanitize.ts";
import type { Budget } from "./budget.ts";
import { fitLines } from "./fit-lines.ts";
import { asData, asText, type OutputMode, type Part } from "./part.ts";
import { type Fields, isAbsent, type Json, toJson, toLine } from "./value.ts";

/** Something that a user wrote, and what the platform says of it: who, when. */
export interface Entry {
  readonly fields: Fields;
  /** What stands above its body in text, where that is shorter than all of the fields. */
  readonly heading?: Fields;
  readonly body: string;
  /** A line that stands below its body in text; as data, the fields say that. */
  readonly below?: string;
}

export interface EntriesOptions {
  /** The name of the entries in structured output. */
  readonly key: string;
  readonly items: readonly Entry[];
  /** What stands above them, given how many are shown. */
  readonly header: (shown: number) => string;
  /** The line of the first entry's body that is shown first, from 1. */
  readonly firstLine?: number;
  /** How much of the remaining budget they may use together; all of it by default. */
  readonly share?: number;
  /** How much of that one entry may use; all of it by default, and then one that is cut is the last. */
  readonly each?: number;
  /** Said below them, given how many are shown: the call that goes on, if there are more. */
  readonly rest: (shown: number) => string | undefined;
  /** Said when an entry, counted from 0, was cut: the call that goes on from the given line of its body. */
  readonly cut: (index: number, line: number) => string;
}

interface ShownEntry extends Omit<Entry, "body" | "below"> {
  readonly lines: readonly string[];
}

/** Texts that users wrote, one below the other, such as comments: a line that says whose it is, then its lines. */
export function entries(options: EntriesOptions): Part {
  return {
    render({ mode, budget, nonce }) {
      const { shown, cuts } = fitEntries(options, budget.share(options.share ?? 1), mode);
      const rest = [...cuts, options.rest(shown.length)].filter((sentence) => sentence !== undefined).join(" ");
      const leftOut = rest === "" ? undefined : rest;
      if (mode === "structured") return asData({ [options.key]: shown.map(asJson) }, leftOut);
      return asText([options.header(shown.length), fence(shown.map(asLines).join("\n"), nonce)], leftOut);
    },
  };
}

function fitEntries({ items, firstLine = 1, each = 1, cut }: EntriesOptions, budget: Budget, mode: OutputMode) {
  const asSent = (entry: ShownEntry) => (mode === "structured" ? JSON.stringify(asJson(entry)) : `${asLines(entry)}\n`);
  const lineAsSent = (line: string) => (mode === "structured" ? JSON.stringify(line) : `  ${line}`);
  const shown: ShownEntry[] = [];
  const cuts: string[] = [];
  const largest = budget.share(each);
  for (const [index, { body, below, ...entry }] of items.entries()) {
    const first = index === 0 ? firstLine : 1;
    const lines = linesOf(below === undefined || mode === "structured" ? body : `${body}\n${below}`).slice(first - 1);
    const own = budget.share(each);
    const whole = { ...entry, lines };
    const isLarge = !largest.fits(asSent(whole));
    if (!isLarge && budget.trySpend(asSent(whole))) {
      shown.push(whole);
      continue;
    }
    // There is no room for it here, but there is on the next page.
    if (!isLarge && shown.length > 0) break;
    own.spend(asSent({ ...entry, lines: [] }));
    const fitted = fitLines(lines, { budget: own, keep: "head", asSent: lineAsSent });
    if (shown.length > 0 && (each === 1 || fitted.lineCut)) break;
    const part = { ...entry, lines: fitted.lines };
    budget.spend(asSent(part));
    shown.push(part);
    cuts.push(cut(index, first + fitted.lines.length));
    if (each === 1) break;
  }
  return { shown, cuts };
}

function linesOf(body: string): readonly string[] {
  return sanitizeLines(body).replace(/\n$/, "").split("\n");
}

/** Every line of a body is indented: what begins a line is the platform's own word. */
function asLines({ fields, heading = fields, lines }: ShownEntry): string {
  const above = Object.values(heading)
    .filter((value) => !isAbsent(value))
    .map((value) => toLine(value, { bare: true }))
    .join(" ");
  return [above, ...lines.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}

function asJson({ fields, lines }: ShownEntry): Readonly<Record<string, Json>> {
  const known = Object.entries(fields).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(known.map(([key, value]) => [key, toJson(value)])), body: lines.join("\n") };
}
