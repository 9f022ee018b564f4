import { afterAll, beforeAll, expect, test } from "vitest";
import type { Wakeups } from "../../db/wakeups.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { appendEvent } from "../append-event.ts";
import { addRunningSession } from "../testing/add-session.ts";
import { EventFeed } from "./event-feed.ts";
import { followEvents } from "./follow-events.ts";

let platform: TestPlatform;
let project: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  project = await platform.addProject("admin", "watched");
});
afterAll(() => platform.close());

/** As when every notification is lost. */
const silence: Wakeups = { on: () => () => {}, close: async () => {} };

async function follow(options: { readonly wakeups?: Wakeups; readonly heartbeat?: number } = {}) {
  const { wakeups = silence, heartbeat } = options;
  const feed = new EventFeed({ db: platform.db, wakeups });
  const sessionId = await addRunningSession(platform.db, { projectId: project });
  const say = (message: string) =>
    platform.db.transaction().execute((db) => appendEvent(db, sessionId, { kind: "text", message }));
  const reader = (signal = new AbortController().signal) =>
    followEvents({ feed, sessionId, after: 0, follow: true, signal, ...(heartbeat !== undefined && { heartbeat }) });
  return { feed, sessionId, say, reader };
}

const next = async (reader: AsyncGenerator<Buffer, void>) => String((await reader.next()).value);

test("what no notification told of is found all the same", async () => {
  const { say, reader } = await follow();
  const events = reader();
  expect(await next(events)).toBe("retry: 1000\n\n");
  const event = next(events);
  await say("unheard");
  expect(await event).toContain('"message":"unheard"');
  await events.return();
});

test("a silence is broken by comments, so that nobody takes the connection for dead", async () => {
  const { say, reader } = await follow({ heartbeat: 20 });
  const events = reader();
  await next(events);
  expect([await next(events), await next(events)]).toEqual([": still there\n\n", ": still there\n\n"]);
  await say("and then");
  await expect.poll(() => next(events)).toContain("and then");
  await events.return();
});

test("whoever goes away is not waited for, and not told any more", async () => {
  const { reader } = await follow();
  const leaving = new AbortController();
  const events = reader(leaving.signal);
  await next(events);
  const waiting = events.next();
  leaving.abort();
  expect((await waiting).done).toBe(true);
});

test("those who are equally far share what is read, and never something older than what they were told of", async () => {
  const listeners: ((sessionId: string) => void)[] = [];
  const on: Wakeups["on"] = (_, listener) => {
    listeners.push(listener);
    return () => {};
  };
  const wakeups = { ...silence, on };
  const { feed, sessionId, say } = await follow({ wakeups });
  const watching = feed.watch(sessionId);
  const [first, second] = [feed.page(sessionId, 0), feed.page(sessionId, 0)];
  await say("one");
  for (const listener of listeners) listener(sessionId);
  const third = await feed.page(sessionId, 0);
  expect(await second).toBe(await first);
  expect(third).toMatchObject({ position: 1, last: 1, hasEnded: false });
  watching.stop();
});

test("long events come a few at a time, and all of them", async () => {
  const { feed, sessionId, say } = await follow();
  for (let number = 1; number <= 5; number++) await say("x".repeat(90_000));
  const first = await feed.page(sessionId, 0);
  expect(first).toMatchObject({ position: 2, last: 5 });
  expect(first?.bytes.length).toBeLessThan(200_000);
  expect(await feed.page(sessionId, 4)).toMatchObject({ position: 5, last: 5 });
});
