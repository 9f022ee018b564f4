import { type Api, nameList, quoteName, time } from "@platform-mcp/server-kit";
import { hasLabels, listSeries, type Series } from "./series.ts";

interface Wanted {
  readonly project: string | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** The series of that name. */
  readonly series: readonly Series[];
}

/** Says why there are no points, and what exists. */
export async function whyNoPoints(api: Api, { project, name, labels, series }: Wanted): Promise<string> {
  if (series.length === 0) return await noSuchMetric(api, project, name);
  const matching = series.filter((one) => hasLabels(one, labels));
  if (matching.length === 0) {
    const known = [...new Set(series.flatMap((one) => Object.keys(one.labels ?? {})))];
    const which = known.length === 0 ? "they have no labels" : `their labels are ${nameList(known, "labels")}`;
    return `None of its ${series.length} series has these labels; ${which}. list_metric_names with name=${quoteName(name)} lists them.`;
  }
  const latest = matching
    .map(({ last_at }) => last_at ?? "")
    .sort()
    .at(-1);
  return latest ? `Its last point is of ${time(latest)}.` : "An earlier `from` may find some.";
}

async function noSuchMetric(api: Api, project: string | undefined, name: string): Promise<string> {
  const { series } = await listSeries(api, project);
  const names = [...new Set(series.map((one) => one.name))];
  if (names.length === 0) return "There are no metrics at all.";
  const words = name.toLowerCase().split(/[^a-z0-9]+/);
  const score = (other: string) => words.filter((word) => word !== "" && other.toLowerCase().includes(word)).length;
  const nearest = names.toSorted((one, other) => score(other) - score(one));
  return `There is no such metric. There are ${nameList(nearest, "metrics", 400)}; list_metric_names tells more of them.`;
}
