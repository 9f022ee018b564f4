import type { Benchmark, Comparison, Sample } from "./benchmark.ts";
import { spreadOf } from "./statistics.ts";

/** One metric of one contender. Its keys are those of the result files. */
export interface Row {
  readonly contender: string;
  /** With its unit. */
  readonly metric: string;
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  /** The median as a multiple of the baseline's, of the baseline itself 1; null for what only a contender has. */
  readonly ratio: number | null;
}

/**
 * Runs the contenders in turns, every other round in reverse order, so that what else the machine does meets all alike.
 * The baseline's rows come first.
 */
export async function measure(
  { runs, warmUp }: Pick<Benchmark, "runs" | "warmUp">,
  { baseline, contenders }: Comparison,
  onRound: (done: number, of: number) => void,
): Promise<Row[]> {
  const all = [baseline, ...contenders].map((contender) => {
    const samples: Sample[] = [];
    return { contender, samples };
  });
  for (let round = 0; round < warmUp + runs; round++) {
    for (const { contender, samples } of round % 2 === 0 ? all : all.toReversed()) {
      const sample = await contender.run();
      if (round >= warmUp) samples.push(sample);
    }
    onRound(round + 1, warmUp + runs);
  }
  const spreads = all.map(({ contender, samples }) => ({ name: contender.name, metrics: spreadsOf(samples) }));
  return spreads.flatMap(({ name, metrics }) =>
    [...metrics].map(([metric, { median, p10, p90 }]) => {
      const base = spreads[0]?.metrics.get(metric)?.median;
      return {
        contender: name,
        metric,
        median: round(median),
        p10: round(p10),
        p90: round(p90),
        ratio: base === undefined ? null : round(median / base),
      };
    }),
  );
}

function spreadsOf(samples: readonly Sample[]) {
  const metrics = Object.keys(samples[0] ?? {});
  return new Map(metrics.map((metric) => [metric, spreadOf(samples.map((sample) => sample[metric] ?? Number.NaN))]));
}

/** Three significant digits, or whole: more than that is noise. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
