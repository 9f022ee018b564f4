import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { UserError } from "../user-error.ts";

export interface GivenPassword {
  readonly password: string;
  /** Nobody knows it yet: it must be printed. */
  readonly isMadeUp: boolean;
}

/**
 * A password for somebody, never from the arguments, which every user of the machine can read: with `fromStdin` the
 * first line of standard input; otherwise asked for on a terminal, without echo, and made up where the answer is empty
 * or there is no terminal.
 */
export async function readPassword(fromStdin: boolean | undefined): Promise<GivenPassword> {
  const given = fromStdin === true ? await firstLine() : process.stdin.isTTY ? await ask() : "";
  if (given !== "") return { password: given, isMadeUp: false };
  if (fromStdin === true) throw new UserError("--password-stdin: the first line of standard input is empty");
  return { password: randomBytes(16).toString("hex"), isMadeUp: true };
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return "";
}

async function ask(): Promise<string> {
  const password = await question("Password (empty: one is made up): ");
  if (password !== "" && (await question("The same again: ")) !== password) {
    throw new UserError("the two passwords differ");
  }
  return password;
}

async function question(text: string): Promise<string> {
  // It edits the line as the user expects, and what it would echo goes nowhere.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  // Only now that the terminal itself has stopped to echo.
  process.stderr.write(text);
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
