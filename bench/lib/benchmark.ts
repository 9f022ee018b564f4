/** What one run measured: each metric with its unit in its name, such as `ms`. */
export type Sample = Readonly<Record<string, number>>;

/** One of the things that a benchmark compares. */
export interface Contender {
  readonly name: string;
  run(): Promise<Sample>;
}

/** What is compared, ready to run; disposed of afterwards. */
export interface Comparison extends AsyncDisposable {
  /** What is not ours: everything else is told as a ratio to it. */
  readonly baseline: Contender;
  readonly contenders: readonly Contender[];
}

export interface Benchmark {
  readonly name: string;
  /** What is measured and how, for whoever reads the figures. */
  readonly summary: string;
  /** Runs of each contender that count. */
  readonly runs: number;
  /** Runs of each before them that do not. */
  readonly warmUp: number;
  /** Why it cannot run on this machine, if it cannot. */
  readonly unavailable?: () => Promise<string | undefined>;
  prepare(): Promise<Comparison>;
}
