import { expect, test } from "vitest";
import { filteredPage } from "./filtered-page.ts";

const numbers = (count: number) => Array.from({ length: count }, (_, at) => at);
const even = (number: number) => number % 2 === 0;

/** A list of numbers that filters, or does not. */
function listOf(count: number, filter: (number: number) => boolean = () => true) {
  const asked: object[] = [];
  const all = numbers(count).filter(filter);
  const get = async (page: { limit: number; offset: number }) => {
    asked.push(page);
    return { items: all.slice(page.offset, page.offset + page.limit), total: all.length };
  };
  return { asked, get };
}

test("what the platform filters is passed on", async () => {
  const { asked, get } = listOf(100, even);
  const page = { limit: 10, offset: 20 };
  expect(await filteredPage({ get, matches: even, page })).toEqual({
    items: [40, 42, 44, 46, 48, 50, 52, 54, 56, 58],
    total: 50,
  });
  expect(asked).toEqual([page]);
});

test("what it does not filter is filtered here, whatever page is asked for", async () => {
  const { get } = listOf(230);
  const seen: number[] = [];
  for (let offset = 0; offset < 115; offset += 30) {
    const { items, total, lookedThrough } = await filteredPage({ get, matches: even, page: { limit: 30, offset } });
    expect({ total, lookedThrough }).toEqual({ total: 115, lookedThrough: 230 });
    seen.push(...items);
  }
  expect(seen).toEqual(numbers(230).filter(even));
});

test("not more than the newest are looked through, and then the count is a lower bound", async () => {
  const { asked, get } = listOf(5000);
  const found = await filteredPage({ get, matches: even, page: { limit: 1, offset: 0 } });
  // The first one matches by chance: nothing tells yet that the platform does not filter.
  expect(found).toEqual({ items: [0], total: 5000 });
  const next = await filteredPage({ get, matches: even, page: { limit: 5, offset: 0 } });
  expect(next).toEqual({ items: [0, 2, 4, 6, 8], total: 250, totalIsMinimum: true, lookedThrough: 500 });
  expect(asked.length).toBe(7);
});
