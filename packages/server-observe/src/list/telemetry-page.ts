import { ArgumentError } from "@platform-mcp/server-kit";
import { type Place, placeText, readPlace } from "./place.ts";

/** What platforms answer to a question about logs or traces. */
export interface Answer<Item> {
  readonly items: readonly Item[];
  readonly total: number;
  readonly total_is_minimum?: boolean | undefined;
  readonly next?: string | null | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Range {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What a page is asked for by. */
export interface PageQuery extends Range {
  readonly limit: number;
  readonly offset?: number;
  readonly before?: string;
}

export interface Asked extends Range {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** A page of a list of telemetry, as a tool shows it. */
export interface TelemetryPage<Item> extends Omit<Answer<Item>, "next"> {
  /** False on the first platform, which knows fewer filters, and ignores those it does not know. */
  readonly isCurrent: boolean;
  /** How many items come before these. */
  readonly offset: number;
  /** The call that goes on after so many of its items; undefined when nothing follows. */
  readonly next: (shown: number) => string | undefined;
}

/** Asks for a page. @throws ArgumentError for a cursor of another platform */
export async function telemetryPage<Item>(
  get: (query: PageQuery) => Promise<Answer<Item>>,
  { limit, cursor, ...range }: Asked,
): Promise<TelemetryPage<Item>> {
  const place = readPlace(cursor);
  const { before, skip } = place;
  // The platform's pages are of one time, whenever the next is asked for; what is relative to now would be another.
  const query = before === undefined ? { limit, offset: skip, ...range } : { limit: limit + skip, before };
  const answer = await get(query);
  const isCurrent = answer.to !== undefined;
  if (!isCurrent && before !== undefined) throw new ArgumentError("cursor is none that this platform has given");
  const items = before === undefined ? answer.items : answer.items.slice(skip);
  return {
    ...answer,
    items,
    isCurrent,
    offset: place.position,
    next(shown) {
      const next = placeAfter({ ...answer, items }, place, shown);
      if (next === undefined) return undefined;
      // Counted from the newest, places move as long as nothing says where to begin: new ones come before them.
      const end = next.before === undefined && answer.to !== undefined ? `to=${answer.to} and ` : "";
      return `the same call with ${end}cursor=${placeText(next)}`;
    },
  };
}

function placeAfter(
  { items, next, total, total_is_minimum, to }: Answer<unknown>,
  { before, position, skip }: Place,
  shown: number,
): Place | undefined {
  const after = { before, position: position + shown, skip: skip + shown };
  if (shown < items.length) return after;
  if (to !== undefined) return next ? { before: next, position: after.position, skip: 0 } : undefined;
  return items.length > 0 && (total_is_minimum || after.position < total) ? after : undefined;
}
