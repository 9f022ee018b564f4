/** One request by one caller. */
export interface Cell {
  readonly name: string;
  readonly expected: string;
  /** Makes the request and gives what came of it. */
  readonly run: () => Promise<string>;
}

interface Outcome {
  /** One line for every cell that is not as expected. */
  readonly wrong: readonly string[];
  /** How many cells there were, by what came of them. */
  readonly summary: string;
}

/** Requests that are under way at once: as many as the platform checks passwords at once. */
const concurrency = 4;

/** Runs all cells, some at a time. */
export async function runCells(cells: readonly Cell[]): Promise<Outcome> {
  const started = performance.now();
  const wrong: string[] = [];
  const counts = new Map<string, number>();
  const queue = cells.values();
  const work = async () => {
    for (const { name, expected, run } of queue) {
      const got = await run().catch((error: unknown) => `failed: ${error}`);
      const kind = /^allowed|^\d{3}|/.exec(got)?.[0] ?? "";
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
      if (got !== expected) wrong.push(`${name}: expected ${expected}, got ${got}`);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  const kinds = [...counts].sort().map(([kind, count]) => `${count} ${kind || "failed"}`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  return {
    wrong,
    summary: `${cells.length} cells, ${wrong.length} wrong; ${kinds.reverse().join(", ")}; ${seconds} s`,
  };
}
