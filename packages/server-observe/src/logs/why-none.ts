import type { logs } from "@platform-mcp/client";
import { type Api, nameList, time } from "@platform-mcp/server-kit";
import { askLogs, type LogAnswer, type LogFilters } from "./ask-logs.ts";

/** Milliseconds that finding out may take: the answer itself is there already. */
const patience = 5000;

/** Logs that are looked at to say what exists. */
const sampled = 50;

const filterNames = ["query", "min_level", "service", "trace_id", "session_id"] as const;

interface Range {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Says which filter excluded most, and what there is. What cannot be found out in time is left out. */
export async function whyNone(api: Api, filters: LogFilters, range: Range): Promise<string> {
  const signal = AbortSignal.timeout(patience);
  const patient: Api = { call: (endpoint, args) => api.call(endpoint, args, { signal }) };
  const ask = (asked: LogFilters, part: { limit: number } & Range): Promise<LogAnswer | undefined> =>
    askLogs(patient, asked, part).catch(() => undefined);
  const given = filterNames.filter((name) => filters[name] !== undefined);
  const bare = { project_id: filters.project_id };
  const [ever, any, ...without] = await Promise.all([
    ask(filters, { limit: 1, from: new Date(0).toISOString() }),
    given.length === 0 ? undefined : ask(bare, { limit: sampled, ...range }),
    ...given.map(async (name) => {
      const answer = await ask({ ...filters, [name]: undefined }, { limit: 0, ...range });
      return { name, answer };
    }),
  ]);
  const excluded = without.filter(({ answer }) => answer !== undefined && answer.total > 0);
  excluded.sort((one, other) => (other.answer?.total ?? 0) - (one.answer?.total ?? 0));
  const counts = excluded.map(({ name, answer }) => `${countOf(answer)} without ${name}`);
  return [
    counts.length === 0 ? "" : `There are ${counts.join(", ")}.`,
    ofTime(ever, given.length > 0),
    given.length === 0 ? "" : ofAny(any),
  ]
    .filter((sentence) => sentence !== "")
    .join(" ");
}

function countOf(answer: LogAnswer | undefined): string {
  return `${answer?.total_is_minimum ? "at least " : ""}${answer?.total ?? 0}`;
}

function ofTime(ever: LogAnswer | undefined, isFiltered: boolean): string {
  if (ever === undefined) return "";
  const such = isFiltered ? "such logs" : "logs";
  const [newest] = ever.items;
  if (newest === undefined) return `There are no ${such} at any time that is kept.`;
  return `Over all the time that is kept there are ${countOf(ever)} ${such}, the newest of ${time(newest.timestamp)}.`;
}

function ofAny(any: LogAnswer | undefined): string {
  if (any === undefined) return "";
  if (any.items.length === 0) return "There are no logs at all in this time.";
  const services = countEach(any.items, ({ service }) => service);
  const levels = countEach(any.items, ({ level }) => level);
  return `In this time there are ${countOf(any)} logs; the newest ${any.items.length} are of ${nameList(services, "services")} and of level ${levels.join(", ")}.`;
}

/** What there is of something, the most frequent first. */
function countEach(items: readonly logs.LogRecord[], of: (item: logs.LogRecord) => string): readonly string[] {
  const groups = [...Map.groupBy(items, (item) => String(of(item)))];
  return groups.sort(([, one], [, other]) => other.length - one.length).map(([name]) => name);
}
