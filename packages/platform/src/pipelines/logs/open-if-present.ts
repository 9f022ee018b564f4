import { type FileHandle, open } from "node:fs/promises";
import { errorCode } from "../../db/embedded/files.ts";

/** Opens a file; undefined when there is none. */
export async function openIfPresent(path: string, flags: "r" | "r+" = "r"): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}
