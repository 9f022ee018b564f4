import { createContext, Script } from "node:vm";
import { ArgumentError } from "@platform-mcp/server-kit";

/** Milliseconds that one batch of lines may take. */
const patience = 1_000;

/** Where in each of some lines a pattern matches first; -1 where it does not. */
export type LineMatcher = (lines: readonly string[]) => readonly number[];

const search = new Script("lines.map((line) => line.search(expression)).join()");

/**
 * Makes the matcher of a regular expression, without regard to case. It runs where it can be stopped: an expression
 * that backtracks without end would otherwise stop the whole server.
 * @throws ArgumentError, also from the matcher
 */
export function lineMatcher(pattern: string): LineMatcher {
  let expression: RegExp;
  try {
    // Other engines say so, this one cannot.
    expression = new RegExp(pattern.replace(/^\(\?i\)/, ""), "i");
  } catch (error) {
    const message = error instanceof Error ? error.message.replace(/^.*: /, "") : "";
    throw new ArgumentError(`grep is not a regular expression of JavaScript: ${message}`);
  }
  const context = createContext({ expression, lines: [] });
  return (lines) => {
    if (lines.length === 0) return [];
    Object.assign(context, { lines });
    let found: unknown;
    try {
      found = search.runInContext(context, { timeout: patience });
    } catch (error) {
      throw isTimeout(error)
        ? new ArgumentError("grep takes too long on these lines; use a simpler expression")
        : error;
    }
    return String(found).split(",").map(Number);
  };
}

/** The error is one of the context's own world, whose `Error` is another. */
function isTimeout(error: unknown): boolean {
  return (
    typeof error === "object" && error !== null && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT"
  );
}
