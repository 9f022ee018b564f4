import type { OutputListener } from "../../pipelines/logs/output-listener.ts";
import type { LogRecord, TelemetryWriter } from "../records.ts";
import { readLine } from "./line-record.ts";

/** What prints. */
export interface OutputSource extends Pick<LogRecord, "projectId" | "sessionId" | "service" | "traceId" | "spanId"> {
  /** Of each of its lines, beside what the line says itself. */
  readonly attributes: Readonly<Record<string, string | number>>;
}

/** How many lines become logs; the others are counted. */
export interface LineLimits {
  readonly perSecond: number;
  readonly inAll: number;
}

/** Bytes of a line that are kept. */
const longest = 8 * 1024;
const newline = 10;

/** Turns what a program prints into logs, a line into one, as far as they are not too many. */
export class OutputLines implements OutputListener {
  readonly #telemetry: Pick<TelemetryWriter, "offer">;
  readonly #source: OutputSource;
  readonly #limits: LineLimits;
  readonly #now: () => number;
  /** The beginning of a line that has not ended. */
  #begun: Buffer[] = [];
  #begunBytes = 0;
  #lastTime = 0;
  #second = 0;
  #inSecond = 0;
  #inAll = 0;
  #left = 0;
  #waiting: LogRecord[] = [];

  /** @param now milliseconds since 1970 */
  constructor(
    telemetry: Pick<TelemetryWriter, "offer">,
    source: OutputSource,
    { limits, now = Date.now }: { readonly limits: LineLimits; readonly now?: () => number },
  ) {
    this.#telemetry = telemetry;
    this.#source = source;
    this.#limits = limits;
    this.#now = now;
  }

  add(bytes: Uint8Array): void {
    let from = 0;
    for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
      this.#keep(bytes.subarray(from, at));
      this.#endLine();
      from = at + 1;
    }
    this.#keep(bytes.subarray(from));
    this.#send();
  }

  end(): void {
    if (this.#begunBytes > 0) this.#endLine();
    this.#tellLeft();
    this.#send();
  }

  #keep(part: Uint8Array): void {
    const room = longest - this.#begunBytes;
    // The chunk is its sender's to use again.
    if (room > 0 && part.length > 0) this.#begun.push(Buffer.from(part.subarray(0, room)));
    this.#begunBytes += part.length;
  }

  #endLine(): void {
    const isCut = this.#begunBytes > longest;
    const isEmpty = this.#begunBytes === 0;
    const begun = this.#begun;
    this.#begun = [];
    this.#begunBytes = 0;
    if (isEmpty) return;
    if (!this.#hasRoom()) {
      this.#left += 1;
      return;
    }
    const text = Buffer.concat(begun).toString().trimEnd();
    if (text !== "") this.#record(isCut ? `${text}…` : text);
  }

  #hasRoom(): boolean {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
      if (this.#inAll < this.#limits.inAll) this.#tellLeft();
    }
    if (this.#inSecond >= this.#limits.perSecond || this.#inAll >= this.#limits.inAll) return false;
    this.#inSecond += 1;
    this.#inAll += 1;
    return true;
  }

  #record(line: string): void {
    const { attributes, ...source } = this.#source;
    const read = readLine(line);
    this.#waiting.push({ ...source, ...read, time: this.#time(), attributes: { ...read.attributes, ...attributes } });
  }

  #tellLeft(): void {
    if (this.#left === 0) return;
    const left = this.#left;
    this.#left = 0;
    const { attributes, ...source } = this.#source;
    const which = left === 1 ? "1 line was" : `${left} lines were`;
    const message = `${which} left out here: there were too many`;
    const about = { ...attributes, "platform.lines_left_out": left };
    this.#waiting.push({ ...source, time: this.#time(), level: "warn", message, attributes: about });
  }

  /** Lines are found in their order, however fast they come. */
  #time(): number {
    this.#lastTime = Math.max(this.#now(), this.#lastTime + 0.001);
    return this.#lastTime;
  }

  #send(): void {
    if (this.#waiting.length > 0) this.#telemetry.offer({ logs: this.#waiting.splice(0) });
  }
}
