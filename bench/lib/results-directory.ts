import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Result, resultText } from "./result.ts";

const directory = join(import.meta.dirname, "..", "results");

const introduction = `# Benchmarks

The newest result of each benchmark, written by \`pnpm bench\`. A ratio compares with the first row, which is not ours.
Figures describe one machine on one day: nothing passes or fails by them.`;

/** Writes the result, and anew what is latest of all benchmarks. */
export async function saveResult(result: Result): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${result.date}-${result.name}.json`), `${JSON.stringify(result, null, 2)}\n`);
  const latest = (await latestResults()).map(resultText);
  await writeFile(join(directory, "latest.md"), `${[introduction, ...latest].join("\n\n")}\n`);
}

/** The newest result of each benchmark, by name. */
async function latestResults(): Promise<Result[]> {
  const newest = new Map<string, string>();
  for (const file of (await readdir(directory)).sort()) {
    const name = /^\d{4}-\d{2}-\d{2}-(.+)\.json$/.exec(file)?.[1];
    if (name !== undefined) newest.set(name, file);
  }
  const files = [...newest].sort(([one], [other]) => (one < other ? -1 : 1));
  return await Promise.all(files.map(async ([, file]) => JSON.parse(await readFile(join(directory, file), "utf8"))));
}
