import type { Page } from "./bare-page.ts";

/** The largest page that platforms give, and how many of them are looked through. */
const pageSize = 100;
const maxPages = 5;

interface Answer<Item> {
  readonly items: readonly Item[];
  readonly total: number;
}

export interface FilteredPage<Item> extends Answer<Item> {
  readonly totalIsMinimum?: boolean;
  /** Set where the platform ignores the filter: how many items were looked through here. */
  readonly lookedThrough?: number;
}

interface Filtered<Item> {
  /** Asks the platform, filters and all. */
  readonly get: (page: Page) => Promise<Answer<Item>>;
  /** Whether an item passes every filter that was given. */
  readonly matches: (item: Item) => boolean;
  readonly page: Page;
}

/** A page of a filtered list. Platforms that ignore the filter are seen by what they answer; then it is applied here. */
export async function filteredPage<Item>({ get, matches, page }: Filtered<Item>): Promise<FilteredPage<Item>> {
  const answer = await get(page);
  if (answer.items.every(matches)) return answer;
  const seen: Item[] = [];
  let total = answer.total;
  for (let at = 0; at < maxPages; at++) {
    const next = await get({ limit: pageSize, offset: seen.length });
    seen.push(...next.items);
    total = next.total;
    if (next.items.length === 0 || seen.length >= total) break;
  }
  const matching = seen.filter(matches);
  return {
    items: matching.slice(page.offset, page.offset + page.limit),
    total: matching.length,
    totalIsMinimum: seen.length < total,
    lookedThrough: seen.length,
  };
}

/** What is said then. */
export function filteredHere(lookedThrough: number): string {
  return `This platform does not filter that way: the newest ${lookedThrough} were looked through here.`;
}
