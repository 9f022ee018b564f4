import { pino } from "pino";
import type { LogTap } from "../observe/own/log-tap.ts";

/**
 * Structured logs, one JSON object a line. Credentials of requests are never in them.
 * @param tap hears the lines beside
 */
export function createLogger(level: string, destination: string | number, tap?: LogTap) {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      ...(tap && { hooks: { streamWrite: (line: string) => heard(tap, line) } }),
      redact: ["req.headers.authorization", "req.headers.cookie"],
    },
    pino.destination({ dest: destination, mkdir: true, mode: 0o600, sync: true }),
  );
}

function heard(tap: LogTap, line: string): string {
  tap.hear(line);
  return line;
}
