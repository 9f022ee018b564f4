import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { errorCode, readIfPresent } from "./files.ts";
import type { Layout } from "./layout.ts";

const LARGEST = 10 * 1024 * 1024;

/** postgres.log, opened for appending by the server to be started; a long one is first set aside as the only old one. */
export async function openLog({ log }: Layout): Promise<FileHandle> {
  try {
    if ((await stat(log)).size > LARGEST) {
      await rename(log, `${log}.old`);
    }
  } catch (error) {
    if (errorCode(error) !== "ENOENT") {
      throw error;
    }
  }
  return open(log, "a", 0o600);
}

/** The last lines written after the position (in bytes), on one line: what went wrong comes last. */
export async function logSince({ log }: Layout, position: number): Promise<string> {
  const text = await readIfPresent(log);
  const lines = Buffer.from(text ?? "")
    .subarray(position)
    .toString()
    .trim()
    .split("\n");
  // Without the time and process id that PostgreSQL begins a line with.
  return lines
    .slice(-4)
    .map((line) => line.replace(/^\S+ \S+ UTC \[\d+\] /, "").trim())
    .join("; ");
}
