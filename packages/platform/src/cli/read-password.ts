import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { UserError } from "../user-error.ts";
import { askHidden } from "./ask-hidden.ts";

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
  const password = await askHidden("Password (empty: one is made up): ");
  if (password !== "" && (await askHidden("The same again: ")) !== password) {
    throw new UserError("the two passwords differ");
  }
  return password;
}
