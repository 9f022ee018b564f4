import { sanitize } from "../untrusted/sanitize.ts";

/** Lines after which a host that keeps sending nonsense fills nobody's disk. */
const maxLines = 100;

/** Logs what was wrong with messages of the host: one short line each, without what could be a secret in them. */
export function protocolErrorLog(log: (line: string) => void): (error: Error) => void {
  let lines = 0;
  return ({ message }) => {
    lines++;
    if (lines <= maxLines) log(sanitize(message).replace(/\s+/g, " ").slice(0, 300));
    if (lines === maxLines) log("further protocol errors are not logged");
  };
}
