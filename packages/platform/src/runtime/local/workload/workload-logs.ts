import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { OutputListener } from "../../../pipelines/logs/output-listener.ts";
import { olderPart, ProcessLog, tailOf } from "./process-log.ts";

/** What the processes of one workload have printed: of the last one and the one before, each in files of its own. */
export class WorkloadLogs {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Begins the log of one more process, and forgets those before the last one. */
  async begin(secrets: readonly string[], listener?: OutputListener): Promise<ProcessLog> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 }).catch(() => {});
    const numbers = await this.#numbers();
    for (const number of numbers.slice(0, -1)) {
      await rm(this.#path(number), { force: true });
      await rm(olderPart(this.#path(number)), { force: true });
    }
    const path = this.#path((numbers.at(-1) ?? 0) + 1);
    // It counts as the last one even if it never prints anything.
    await writeFile(path, "", { mode: 0o600 }).catch(() => {});
    return new ProcessLog(path, secrets, listener);
  }

  /** The last lines of the last process, or of the one before; empty when there are none. */
  async tail(lines: number, { previous = false } = {}): Promise<string> {
    const number = (await this.#numbers()).at(previous ? -2 : -1);
    if (number === undefined) return "";
    return await tailOf(this.#path(number), lines);
  }

  async remove(): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }

  #path(number: number): string {
    return join(this.#directory, `${number}.log`);
  }

  /** Of the processes, in the order in which they were started. */
  async #numbers(): Promise<readonly number[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const numbers = names.flatMap((name) => /^(\d+)\.log(\.older)?$/.exec(name)?.[1] ?? []).map(Number);
    return [...new Set(numbers)].sort((one, other) => one - other);
  }
}
