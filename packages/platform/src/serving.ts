import { rm } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { readIfPresent, writePrivately } from "./db/embedded/files.ts";
import { identify, isRunning } from "./db/embedded/process-table.ts";

const serving = z.object({ url: z.url(), pid: z.int(), started: z.string() });

const fileOf = (dataDirectory: string) => join(dataDirectory, "serving.json");

/** Notes beside a platform's data where it listens, for commands on the same machine. Gives what takes the note back. */
export async function noteServing(dataDirectory: string, url: string): Promise<() => Promise<void>> {
  const self = await identify(process.pid);
  if (self === undefined) return async () => {};
  const file = fileOf(dataDirectory);
  const note = JSON.stringify({ url, ...self });
  await writePrivately(file, note);
  return async () => {
    // Another platform may have come to use the same files.
    if ((await readIfPresent(file)) === note) await rm(file, { force: true });
  };
}

/** Where the platform of a data directory listens; undefined when none does that was started on this machine. */
export async function findServing(dataDirectory: string): Promise<string | undefined> {
  const { data: note } = serving.safeParse(parse(await readIfPresent(fileOf(dataDirectory))));
  // What was killed has left its note, and somebody else may listen there now.
  return note !== undefined && (await isRunning(note)) ? note.url : undefined;
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
