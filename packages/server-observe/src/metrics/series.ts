import { isDeepStrictEqual } from "node:util";
import { metrics, type ResponseOf } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";

export type Series = ResponseOf<typeof metrics.listMetricNames>[number];

export interface KnownSeries {
  readonly series: readonly Series[];
  /** False when there may be more than were asked for. */
  readonly isComplete: boolean;
}

/** The largest page that platforms give, and how many of them are asked for. */
const pageSize = 1000;
const mostPages = 5;

/** The series of a metric, or of all. The first platform ignores both the name and where to go on. */
export async function listSeries(api: Api, project_id: string | undefined, name?: string): Promise<KnownSeries> {
  const found: Series[] = [];
  let isComplete = false;
  for (let page = 0; page < mostPages && !isComplete; page++) {
    const offset = page * pageSize;
    const answer = await api.call(metrics.listMetricNames, { project_id, name, limit: pageSize, offset });
    if (page > 0 && isDeepStrictEqual(answer[0], found[0])) break;
    found.push(...answer);
    isComplete = answer.length < pageSize;
  }
  return { series: name === undefined ? found : found.filter((one) => one.name === name), isComplete };
}

/** Whether a series has all of these labels; whether a value was sent as text or not is nobody's business. */
export function hasLabels({ labels }: Pick<Series, "labels">, wanted: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(wanted).every(
    ([name, value]) => labels !== null && Object.hasOwn(labels, name) && String(labels[name]) === String(value),
  );
}
