import { arch, availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** What the figures were measured on. Its keys are those of the result files. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gib: number;
  readonly kernel: string;
  readonly node: string;
  /** Of the last minute, when the benchmark began. */
  readonly load_average: number;
}

/** The machine as it is now. */
export function describeMachine(): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memory_gib: Number((totalmem() / 2 ** 30).toFixed(1)),
    kernel: `${platform()} ${release()} ${arch()}`,
    node: process.version,
    load_average: Number((loadavg()[0] ?? 0).toFixed(2)),
  };
}
