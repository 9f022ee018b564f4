import { randomBytes } from "node:crypto";
import { open, readFile, rename } from "node:fs/promises";

/** The error code of a failed system call, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/** The text of a file, or undefined when there is none. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}

/** Writes a 0600 file so that a reader, or a crash at any instant, meets the old content or the new one, never a part. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const partial = `${path}.${randomBytes(6).toString("hex")}.partial`;
  const file = await open(partial, "wx", 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(partial, path);
}
