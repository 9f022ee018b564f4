import { pino } from "pino";

/** Structured logs, one JSON object a line. Credentials of requests are never in them. */
export function createLogger(level: string, destination: string | number) {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ["req.headers.authorization", "req.headers.cookie"],
    },
    pino.destination({ dest: destination, mkdir: true, mode: 0o600, sync: true }),
  );
}
