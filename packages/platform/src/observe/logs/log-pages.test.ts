import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logOf } from "../store/testing/records.ts";
import { type ObservedPlatform, startObservedPlatform } from "../testing/observed-platform.ts";

let platform: ObservedPlatform;
let projectId: string;
const count = 1500;
/** Ten logs have the same time. */
const start = Math.floor(Date.now() / 1000) * 1000 - 1_000_000;

beforeAll(async () => {
  platform = await startObservedPlatform();
  projectId = await platform.addProject("admin", "paged");
  const logs = Array.from({ length: count }, (_, index) =>
    logOf({
      projectId,
      time: start + Math.floor(index / 10) * 1000,
      message: `${index} ${index % 50 === 0 ? "seldom" : "often"} ${index < 4 ? "once" : ""}`,
      level: index % 100 === 0 ? "error" : "info",
    }),
  );
  await platform.write({ logs });
});
afterAll(() => platform.close());

type Query = Readonly<Record<string, string | number>>;

const ask = async (query: Query) => (await platform.ask("logs", { project_id: projectId, ...query })).body;
const numbers = ({ items }: { items: readonly { message: string }[] }) =>
  items.map(({ message }) => Number.parseInt(message, 10));

/** The numbers of all logs that match, from page to page, and what each page said of the total. */
async function walk(query: Query) {
  const found: number[] = [];
  const totals = new Set<number>();
  for (let page = await ask(query); ; page = await ask({ ...query, before: page.next })) {
    found.push(...numbers(page));
    totals.add(page.total);
    if (page.next === null) return { found, totals: [...totals] };
  }
}

const newestFirst = Array.from({ length: count }, (_, index) => count - 1 - index);
const matching = (matches: (index: number) => boolean) => newestFirst.filter(matches);

describe("page after page", () => {
  test.each([
    ["everything", {}, newestFirst],
    ["what is of a level", { level: "error", limit: 7 }, matching((index) => index % 100 === 0)],
    // More than the newest rows hold, and less than a page of them.
    ["what a common text finds", { q: "often" }, matching((index) => index % 50 !== 0)],
    ["what a rare text finds", { q: "SELDOM", limit: 15 }, matching((index) => index % 50 === 0)],
    ["what a text finds at the end", { q: "once", limit: 3 }, [3, 2, 1, 0]],
    ["what a text finds in the last rows", { q: "often once", limit: 3 }, [3, 2, 1]],
    ["nothing", { q: "never" }, []],
  ])("%s is there once, newest first, and its total does not change", async (_, query, expected) => {
    const { found, totals } = await walk({ limit: 100, ...query });
    expect(found).toEqual(expected);
    expect(totals).toHaveLength(1);
  });

  test("is the same as by number", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.nat({ max: count }), async (limit, offset) => {
        expect(numbers(await ask({ limit, offset }))).toEqual(newestFirst.slice(offset, offset + limit));
        const often = matching((index) => index % 50 === 0);
        expect(numbers(await ask({ limit, offset: offset % 40, q: "seldom" }))).toEqual(
          often.slice(offset % 40, (offset % 40) + limit),
        );
      }),
      { numRuns: 5 },
    );
  });

  test("does not find what comes meanwhile", async () => {
    const session = randomUUID();
    const write = (message: string, time: number) =>
      platform.write({ logs: [logOf({ projectId, sessionId: session, message, time })] });
    await write("1", Date.now() - 2000);
    await write("2", Date.now() - 1000);
    const first = await ask({ session_id: session, limit: 1 });
    expect(numbers(first)).toEqual([2]);
    await write("3", Date.now() + 1000);
    const second = await ask({ session_id: session, limit: 1, before: first.next });
    expect(numbers(second)).toEqual([1]);
    expect([second.total, second.from, second.to]).toEqual([2, first.from, first.to]);
  });
});

describe("the total", () => {
  const range = { from: new Date(start).toISOString(), to: new Date(start + 150_000).toISOString() };

  test("is there without a page, and on the last one", async () => {
    expect(await ask({ ...range, limit: 0 })).toMatchObject({ items: [], total: count, total_is_minimum: false });
    expect(await ask({ ...range, offset: count - 1 })).toMatchObject({ total: count, next: null });
    expect(await ask({ ...range, offset: count + 100 })).toMatchObject({ items: [], total: count, next: null });
    expect(await ask({ ...range, level: "error" })).toMatchObject({ total: 15 });
    expect(await ask({ ...range, level: "error", limit: 0 })).toMatchObject({ total: 15 });
  });

  test("of a text is a minimum where the newest rows have filled the page", async () => {
    expect(await ask({ ...range, q: "often", limit: 1 })).toMatchObject({ total: 980, total_is_minimum: true });
    expect(await ask({ ...range, q: "seldom", limit: 25 })).toMatchObject({ total: 30, total_is_minimum: false });
    expect(await ask({ ...range, q: "seldom", limit: 0 })).toMatchObject({ total: 20, total_is_minimum: true });
    expect(await ask({ ...range, q: "never", limit: 0 })).toMatchObject({ total: 0, total_is_minimum: false });
  });
});

describe("refused is", () => {
  test.each([
    ["offset", { offset: 10_001 }],
    ["before", { before: "garbage" }],
    ["before", { before: "0.0.0.0.e.aaaa" }],
    ["before", { before: "x".repeat(1000) }],
    ["from", { from: "2026-01-02T00:00:00Z", to: "2026-01-01T00:00:00Z" }],
    ["from", { from: "yesterday" }],
    ["level", { level: "warning" }],
    ["q", { q: "" }],
    ["trace_id", { trace_id: "1" }],
    ["limit", { limit: -1 }],
  ])("a wrong %s, by its name: %j", async (field, query) => {
    const { status, body } = await platform.ask("logs", { project_id: projectId, ...query });
    expect([status, body.fields?.[0].path]).toEqual([400, field]);
  });

  test("a number of a page beside a place", async () => {
    const { next } = await ask({ limit: 1 });
    const { status, body } = await platform.ask("logs", { project_id: projectId, before: next, offset: 1 });
    expect([status, body.fields[0].path]).toEqual([400, "offset"]);
  });
});
