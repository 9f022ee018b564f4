import { describe, expect, test } from "vitest";
import { bareArrayPage, type Page } from "./bare-page.ts";

/** How platforms answer for a list that has no total. */
const platforms = {
  "pages it":
    (all: readonly number[]) =>
    ({ limit, offset }: Page) =>
      all.slice(offset, offset + limit),
  "knows no offset":
    (all: readonly number[]) =>
    ({ limit }: Page) =>
      all.slice(0, limit),
  "knows neither limit nor offset": (all: readonly number[]) => () => [...all],
};

describe.each(Object.entries(platforms))("a platform that %s", (_, platform) => {
  test.each([0, 1, 2, 3, 4, 7, 9, 10, 31])("gives every one of %i items once, and an end", async (count) => {
    const all = Array.from({ length: count }, (_, at) => at);
    for (const limit of [1, 3, 30]) {
      const seen: number[] = [];
      for (let offset = 0, more = true; more; offset += limit) {
        const { items, hasMore } = await bareArrayPage(async (page) => platform(all)(page), { limit, offset });
        seen.push(...items);
        more = hasMore;
      }
      expect(seen).toEqual(all);
    }
  });

  test("has nothing beyond the end", async () => {
    const get = async (page: Page) => platform([1, 2, 3])(page);
    expect(await bareArrayPage(get, { limit: 2, offset: 9 })).toEqual({ items: [], hasMore: false });
  });
});
