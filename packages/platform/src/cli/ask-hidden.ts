import { once } from "node:events";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../user-error.ts";

/** Asks on a terminal for a line that is not shown as it is typed. @throws UserError on Ctrl-C or Ctrl-D */
export async function askHidden(prompt: string): Promise<string> {
  // It edits the line as the user expects, and what it would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now that the terminal itself has stopped to echo.
  process.stderr.write(prompt);
  const interrupted = new AbortController();
  terminal.once("SIGINT", () => interrupted.abort());
  terminal.once("close", () => interrupted.abort());
  try {
    const [line] = await once(terminal, "line", { signal: interrupted.signal });
    return String(line);
  } catch {
    throw new UserError("interrupted");
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
