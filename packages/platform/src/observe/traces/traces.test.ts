import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SpanRecord } from "../records.ts";
import { spanOf } from "../store/testing/records.ts";
import { type ObservedPlatform, startObservedPlatform } from "../testing/observed-platform.ts";

let platform: ObservedPlatform;
beforeAll(async () => {
  platform = await startObservedPlatform();
});
afterAll(() => platform.close());

const minute = 60_000;
const at = (time: number) => new Date(time).toISOString();
let count = 0;

type Query = Readonly<Record<string, string | number>>;

/** Traces of one span each, in a project of their own, and how to list them. */
async function traced(spans: readonly Partial<SpanRecord>[]) {
  const projectId = await platform.addProject("admin", `traced-${++count}`);
  await platform.write({ spans: spans.map((span) => spanOf({ projectId, ...span })) });
  const answer = (query: Query = {}) => platform.ask("traces", { project_id: projectId, ...query });
  const found = async (query?: Query) =>
    (await answer(query)).body.items.map(({ root_span }: { root_span: string }) => root_span);
  return { projectId, answer, found };
}

describe("a list of traces", () => {
  test("is filtered by each filter", async () => {
    const now = Date.now() - 1000;
    const sessionId = randomUUID();
    const { found } = await traced([
      { name: "failed", status: "error", start: now },
      { name: "fine", status: "ok", start: now - 1, end: now + 9 },
      { name: "unknown", service: "worker", start: now - 2, end: null },
      { name: "old", start: now - 61 * minute, end: now },
      { name: "session", sessionId, start: now - 90 * minute },
    ]);
    expect(await found()).toEqual(["failed", "fine", "unknown"]);
    expect(await found({ status: "error" })).toEqual(["failed"]);
    expect(await found({ status: "ok" })).toEqual(["fine"]);
    expect(await found({ service: "worker" })).toEqual(["unknown"]);
    expect(await found({ min_duration_ms: 1000 })).toEqual(["failed"]);
    expect(await found({ min_duration_ms: 1001, from: at(now - 70 * minute) })).toEqual(["old"]);
    expect(await found({ from: at(now - 61 * minute), to: at(now - 60 * minute) })).toEqual(["old"]);
    // Whenever it was.
    expect(await found({ session_id: sessionId })).toEqual(["session"]);
  });

  test("is paged by place and by number, with the same total", async () => {
    const start = Date.now() - 10_000;
    const { answer, found } = await traced(
      // Three at a time.
      Array.from({ length: 12 }, (_, index) => ({ name: `${index}`, start: start + Math.floor(index / 3) * 1000 })),
    );
    const all = await found({ limit: 100 });
    expect(all).toHaveLength(12);
    const walked: string[] = [];
    for (let page = (await answer({ limit: 5 })).body; ; page = (await answer({ limit: 5, before: page.next })).body) {
      expect(page).toMatchObject({ total: 12, total_is_minimum: false });
      walked.push(...page.items.map(({ root_span }: { root_span: string }) => root_span));
      if (page.next === null) break;
    }
    expect(walked).toEqual(all);
    expect(await found({ limit: 5, offset: 10 })).toEqual(all.slice(10));
    expect((await answer({ before: "0.0.0.0.e.1" })).body.fields).toMatchObject([{ path: "before" }]);
  });

  test("has a trace of several projects for each of them, page by page too", async () => {
    const traceId = randomBytes(16).toString("hex");
    const start = Date.now();
    const owners = [null, ...(await Promise.all([1, 2].map((of) => platform.addProject("admin", `shared-${of}`))))];
    await platform.write({
      spans: owners.map((projectId) => spanOf({ traceId, projectId, start, service: "shared" })),
    });
    const seen: unknown[] = [];
    let before: string | undefined;
    do {
      const { body } = await platform.ask("traces", { limit: 1, service: "shared", ...(before && { before }) });
      seen.push(...body.items.map(({ project_id }: { project_id: string | null }) => project_id));
      before = body.next ?? undefined;
    } while (before !== undefined);
    expect(seen).toHaveLength(3);
    expect(new Set(seen)).toEqual(new Set(owners));
  });
});

describe("a trace", () => {
  test("has its spans by their start, as they were sent, and what they come to", async () => {
    const traceId = "0AF7651916cd43dd8448eb211c80319c";
    const start = Date.now() - 5000;
    const sessionId = randomUUID();
    const projectId = await platform.addProject("admin", "whole");
    const base = { projectId, sessionId, traceId: traceId.toLowerCase() };
    const events = [{ time: start + 1, name: "retry", attributes: { attempt: 2 } }];
    const root = spanOf({ ...base, name: "GET /", service: "web", status: "ok", start, end: start + 100 });
    const failed: Partial<SpanRecord> = {
      name: "select",
      service: "db",
      kind: "client",
      status: "error",
      statusMessage: "gone",
      events,
      parentSpanId: root.spanId,
      start: start + 10,
      end: start + 20.5,
      attributes: { rows: 3 },
    };
    const late = { name: "flush", parentSpanId: root.spanId, start: start + 30, end: start + 400 };
    await platform.write({ spans: [spanOf({ ...base, ...late }), root, spanOf({ ...base, ...failed })] });
    const { status, body } = await platform.ask(`traces/${traceId}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ trace_id: traceId.toLowerCase(), root_span: "GET /", service: "web", status: "error", duration_ms: 400 },
      ...{ project_id: projectId, session_id: sessionId, span_count: 3, error_count: 1, truncated: false },
    });
    expect(body.spans.map(({ name }: { name: string }) => name)).toEqual(["GET /", "select", "flush"]);
    expect(body.spans[1]).toMatchObject({
      ...{ parent_span_id: root.spanId, kind: "client", status: "error", status_message: "gone", duration_ms: 10.5 },
      ...{ attributes: { rows: 3 }, events: [{ name: "retry", attributes: { attempt: 2 } }] },
    });
    expect(Date.parse(body.spans[1].events[0].time)).toBe(start + 1);
  });

  test("has each span once, though a sender that got no answer has sent it again", async () => {
    const traceId = randomBytes(16).toString("hex");
    const spans = [spanOf({ traceId, name: "root" }), spanOf({ traceId, name: "call", status: "error" })];
    await platform.write({ spans });
    await platform.write({ spans });
    const { body } = await platform.ask(`traces/${traceId}`);
    expect(body.spans.map(({ name }: { name: string }) => name).toSorted()).toEqual(["call", "root"]);
    expect(body).toMatchObject({ span_count: 2, error_count: 1, truncated: false });
  });

  test("of several projects is theirs together for who reads all, and his own for who reads one", async () => {
    const traceId = randomBytes(16).toString("hex");
    const start = Date.now() - 5000;
    const one = await platform.addProject("admin", "one");
    const two = await platform.addProject("admin", "two");
    const of = (projectId: string | null, name: string, more: Partial<SpanRecord>) =>
      spanOf({ traceId, projectId, name, start, end: start + 10, ...more });
    await platform.write({
      spans: [
        of(two, "theirs", { parentSpanId: "1".repeat(16), start: start - 10, status: "error" }),
        of(one, "root", { end: start + 50, status: "ok" }),
        of(null, "platform", { parentSpanId: "2".repeat(16), end: start + 90 }),
      ],
    });
    const whole = (await platform.ask(`traces/${traceId}`)).body;
    expect(whole).toMatchObject({ root_span: "root", status: "error", duration_ms: 100, span_count: 3 });
    expect(whole.spans.map(({ name }: { name: string }) => name)).toHaveLength(3);
    const token = await platform.token({ user: "admin", project: one });
    const own = (await platform.ask(`traces/${traceId}`, {}, token)).body;
    expect(own).toMatchObject({ root_span: "root", status: "ok", duration_ms: 50, span_count: 1, error_count: 0 });
    expect(own.spans.map(({ name }: { name: string }) => name)).toEqual(["root"]);
  });

  test("of more spans than anybody reads is cut, and says so", async () => {
    const traceId = randomBytes(16).toString("hex");
    const start = Date.now() - 5000;
    const spans = Array.from({ length: 2001 }, (_, index) => spanOf({ traceId, start: start + index / 1000 }));
    await platform.write({ spans });
    const { body } = await platform.ask(`traces/${traceId}`);
    expect([body.spans.length, body.span_count, body.truncated]).toEqual([2000, 2001, true]);
  });

  test("of spans that hold more than anybody reads is cut, and says so", async () => {
    const traceId = randomBytes(16).toString("hex");
    const start = Date.now() - 5000;
    const attributes = { text: "x".repeat(1024 ** 2) };
    const spans = Array.from({ length: 20 }, (_, index) => spanOf({ traceId, start: start + index, attributes }));
    await platform.write({ spans });
    const { body } = await platform.ask(`traces/${traceId}`);
    expect([body.spans.length, body.span_count, body.truncated]).toEqual([15, 20, true]);
  });

  test("has spans that began when the others had ended and have not ended themselves", async () => {
    const traceId = randomBytes(16).toString("hex");
    const start = Date.now() - 10_000;
    await platform.write({ spans: [spanOf({ traceId, start }), spanOf({ traceId, start: start + 5000, end: null })] });
    const { body } = await platform.ask(`traces/${traceId}`);
    expect([body.spans.length, body.span_count, body.truncated]).toEqual([2, 2, false]);
  });

  test("that is not there is said to be none", async () => {
    expect(await platform.ask(`traces/${"0".repeat(32)}`)).toMatchObject({ status: 404, body: { error: "trace" } });
    expect((await platform.ask("traces/1")).status).toBe(400);
  });
});
