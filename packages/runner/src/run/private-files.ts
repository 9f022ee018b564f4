import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Files that nobody else can read. */
export interface PrivateFiles {
  /** Gives the file's path. */
  write(name: string, content: string): Promise<string>;
}

/** Does something with private files, and removes them. */
export async function withPrivateFiles<T>(use: (files: PrivateFiles) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "runner-session-"));
  const write = async (name: string, content: string) => {
    const path = join(directory, name);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  try {
    return await use({ write });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
