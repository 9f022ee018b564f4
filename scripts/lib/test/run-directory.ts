import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory that all workers of one test run share, for what is costly to make: vitest's global set-up. */
export async function setup(): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "test-run-"));
  process.env.TEST_RUN_DIRECTORY = directory;
  return () => rm(directory, { recursive: true, force: true });
}
