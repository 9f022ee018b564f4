import type { TelemetryWriter } from "../records.ts";
import { notStored } from "../store/not-stored.ts";
import { OutputLines } from "./output-lines.ts";

/** From which level on the platform's own log lines are among the logs that it keeps: pino's number of `warn`. */
const leastLevel = 40;
/** Lines a second; an outage may make very many. */
const perSecond = 50;

/** Hears the lines of the platform's own log, from when it is connected to what keeps them. */
export class LogTap {
  #lines: OutputLines | undefined;

  /** @returns what disconnects it */
  connect(telemetry: Pick<TelemetryWriter, "offer">): () => void {
    const source = { projectId: null, sessionId: null, service: "platform", traceId: null, spanId: null };
    const limits = { perSecond, inAll: Number.POSITIVE_INFINITY };
    this.#lines = new OutputLines(telemetry, { ...source, attributes: {} }, { limits });
    return () => {
      this.#lines?.end();
      this.#lines = undefined;
    };
  }

  /** Takes a line of JSON as pino writes it. Never throws. */
  hear(line: string): void {
    if (this.#lines === undefined || line.includes(`"msg":"${notStored}"`)) return;
    const level = Number(/"level":(\d+)/.exec(line)?.[1]);
    if (level >= leastLevel) this.#lines.add(Buffer.from(line));
  }
}
