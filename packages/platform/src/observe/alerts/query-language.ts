import { metrics } from "@platform-mcp/client/contract";
import type { Labels } from "../metrics/series.ts";
import { QueryError } from "./query-error.ts";
import { readLabels } from "./query-labels.ts";
import { quoted } from "./quoted.ts";

/** What a rule looks at: the points of a metric in the time before it is evaluated. */
export interface AlertQuery {
  readonly metric: string;
  /** Only the series that have all of these. */
  readonly labels: Labels;
  /** How the points of all those series become one value; undefined: as is usual for the type of the metric. */
  readonly agg: metrics.MetricAggregation | undefined;
  /** Seconds. */
  readonly window: number;
}

const usualWindow = 300;
const shortest = 10;
const longest = 86_400;

const keys = ["metric", "labels", "agg", "window"] as const;
type Key = (typeof keys)[number];

/**
 * Reads `metric:NAME [labels:{"k":"v"}] [agg:…] [window:SECONDS]`, in any order, separated by white space.
 * @throws QueryError that says what is wrong with it
 */
export function parseAlertQuery(text: string): AlertQuery {
  const parts = readParts(text);
  const metric = parts.get("metric");
  if (metric === undefined) throw new QueryError("needs a metric, such as metric:http.server.duration");
  if (metric.length === 0 || metric.length > 255) {
    throw new QueryError(`metric must be the name of one, of 1 to 255 characters, not ${quoted(metric)}`);
  }
  return {
    metric,
    labels: JSON.parse(parts.get("labels") ?? "{}"),
    agg: parseAggregation(parts.get("agg")),
    window: parseWindow(parts.get("window")),
  };
}

function readParts(text: string): ReadonlyMap<Key, string> {
  const parts = new Map<Key, string>();
  let rest = text.trim();
  while (rest !== "") {
    const word = /^\S+/.exec(rest)?.[0] ?? "";
    const key = keys.find((known) => word.startsWith(`${known}:`));
    if (key === undefined) {
      throw new QueryError(
        `${quoted(word)} is not understood: each part is one of metric:NAME, labels:{"k":"v"}, agg:NAME, window:SECONDS`,
      );
    }
    if (parts.has(key)) throw new QueryError(`${key} is there twice`);
    const value = key === "labels" ? readLabels(rest.slice("labels:".length)) : word.slice(key.length + 1);
    parts.set(key, value);
    rest = rest.slice(key.length + 1 + value.length);
    if (/^\S/.test(rest)) throw new QueryError(`after ${key} there must be a space, not ${quoted(rest)}`);
    rest = rest.trimStart();
  }
  return parts;
}

function parseAggregation(text: string | undefined): AlertQuery["agg"] {
  if (text === undefined) return undefined;
  const parsed = metrics.metricAggregation.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new QueryError(`agg must be one of ${metrics.metricAggregation.options.join(", ")}, not ${quoted(text)}`);
}

function parseWindow(text: string | undefined): number {
  if (text === undefined) return usualWindow;
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= shortest && seconds <= longest) return seconds;
  throw new QueryError(`window must be a number of seconds from ${shortest} to ${longest}, not ${quoted(text)}`);
}
