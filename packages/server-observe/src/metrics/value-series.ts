import type { metrics, ResponseOf } from "@platform-mcp/client";

export type Point = ResponseOf<typeof metrics.queryMetrics>[number];

/** The values of a series at every step between the first and the last of all series that are shown. */
export interface ValueSeries {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly project: string | null;
  /** Null where there was nothing. */
  readonly values: readonly (number | null)[];
  readonly min: number;
  readonly avg: number;
  readonly max: number;
  readonly last: number;
}

export interface Values {
  /** When the first step begins, in milliseconds since 1970. */
  readonly start: number;
  /** Those with the largest values first. */
  readonly series: readonly ValueSeries[];
}

/** Points by their series. @param step in seconds @returns undefined when there are none */
export function valuesOf(points: readonly Point[], step: number): Values | undefined {
  const placed = points
    .map((point) => ({ ...point, at: Math.floor(Date.parse(point.timestamp) / (step * 1000)) }))
    .filter(({ at, value }) => Number.isFinite(at) && Number.isFinite(value));
  const [one] = placed;
  if (one === undefined) return undefined;
  const first = placed.reduce((least, { at }) => Math.min(least, at), one.at);
  const last = placed.reduce((most, { at }) => Math.max(most, at), one.at);
  const groups = Map.groupBy(placed, ({ labels, project_id }) => JSON.stringify([labels ?? {}, project_id ?? null]));
  const series = [...groups.values()].map((members) => {
    const values: (number | null)[] = Array.from({ length: last - first + 1 }, () => null);
    for (const { at, value } of members) values[at - first] = value;
    const known = members.map(({ value }) => value);
    const [sample] = members;
    return {
      labels: sample?.labels ?? {},
      project: sample?.project_id ?? null,
      values,
      min: known.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY),
      avg: known.reduce((sum, value) => sum + value, 0) / known.length,
      max: known.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY),
      last: values.findLast((value) => value !== null) ?? 0,
    };
  });
  return { start: first * step * 1000, series: series.sort((a, b) => b.max - a.max) };
}

/** A value as precise as anybody reads it. */
export function brief(value: number): number {
  return Number(value.toPrecision(4));
}
