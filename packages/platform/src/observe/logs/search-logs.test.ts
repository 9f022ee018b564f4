import { randomUUID } from "node:crypto";
import { logs } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogRecord } from "../records.ts";
import { logOf } from "../store/testing/records.ts";
import { type ObservedPlatform, startObservedPlatform } from "../testing/observed-platform.ts";

let platform: ObservedPlatform;
beforeAll(async () => {
  platform = await startObservedPlatform();
});
afterAll(() => platform.close());

const minute = 60_000;
const day = 1440 * minute;
const at = (time: number) => new Date(time).toISOString();
let count = 0;

/** Logs in a project of their own, and how to search them. */
async function logged(records: readonly Partial<LogRecord>[]) {
  const projectId = await platform.addProject("admin", `logged-${++count}`);
  await platform.write({ logs: records.map((record) => logOf({ projectId, ...record })) });
  const answer = async (query: Readonly<Record<string, string | number>> = {}) =>
    await platform.ask("logs", { project_id: projectId, ...query });
  const found = async (query?: Readonly<Record<string, string | number>>) => {
    const { body } = await answer(query);
    return body.items.map(({ message }: { message: string }) => message);
  };
  return { projectId, answer, found };
}

describe("each filter", () => {
  test("a level is this one; a minimum is this one and what is more severe", async () => {
    const { found } = await logged(
      logs.logLevels.map((level, index) => ({ level, message: level, time: Date.now() - minute + index })),
    );
    expect(await found()).toEqual(["fatal", "error", "warn", "info", "debug", "trace"]);
    expect(await found({ level: "warn" })).toEqual(["warn"]);
    expect(await found({ min_level: "warn" })).toEqual(["fatal", "error", "warn"]);
    expect(await found({ min_level: "warn", level: "info" })).toEqual([]);
  });

  test("a service, a session and a trace are these, wherever else is something", async () => {
    const sessionId = randomUUID();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const old = Date.now() - 3 * day;
    const { found, answer } = await logged([
      { message: "web", service: "web" },
      { message: "worker", service: "worker" },
      { message: "session", sessionId, time: old },
      { message: "trace", traceId, time: old },
    ]);
    expect(await found({ service: "worker" })).toEqual(["worker"]);
    expect(await found({ service: "work" })).toEqual([]);
    // Whenever it was.
    expect(await found({ session_id: sessionId })).toEqual(["session"]);
    expect(await found({ trace_id: traceId.toUpperCase() })).toEqual(["trace"]);
    expect(await found({ trace_id: "1".repeat(32) })).toEqual([]);
    expect((await answer({ trace_id: traceId })).body.items[0]).toMatchObject({ trace_id: traceId, session_id: null });
  });

  test("a text is part of the message in any case, and nothing in it is a wildcard", async () => {
    const { found } = await logged([
      { message: "Connection REFUSED by ÄPFEL" },
      { message: "100% done" },
      { message: "100 done_now \\ always" },
    ]);
    expect(await found({ q: "refused" })).toHaveLength(1);
    expect(await found({ q: "äpfel" })).toHaveLength(1);
    expect(await found({ q: "0%" })).toEqual(["100% done"]);
    expect(await found({ q: "e_n" })).toEqual(["100 done_now \\ always"]);
    expect(await found({ q: "\\" })).toHaveLength(1);
    expect(await found({ q: "e%n" })).toEqual([]);
    expect(await found({ q: "nothing of the kind" })).toEqual([]);
  });

  test("times include both ends, to the microsecond", async () => {
    const time = Math.floor(Date.now()) - 2 * day;
    const { found } = await logged([0.001, 0.002, 0.003].map((off) => ({ message: `${off}`, time: time + off })));
    const micro = (digits: string) => `${at(time).slice(0, -1)}${digits}Z`;
    expect(await found({ from: micro("001"), to: micro("002") })).toEqual(["0.002", "0.001"]);
    expect(await found({ from: micro("002"), to: micro("0029") })).toEqual(["0.002"]);
    const berlin = `${at(time + 3_600_000).slice(0, -1)}003+01:00`;
    expect(await found({ from: berlin, to: berlin })).toEqual(["0.003"]);
  });
});

describe("without a time", () => {
  test("it is the last hour that is searched, or the hour before the end, and the answer says so", async () => {
    const time = Date.now();
    const { found, answer } = await logged([
      { message: "now", time },
      { message: "earlier", time: time - 59 * minute },
      { message: "before", time: time - 61 * minute },
    ]);
    expect(await found()).toEqual(["now", "earlier"]);
    const { body } = await answer({ to: at(time - 30 * minute) });
    expect(body.items.map(({ message }: { message: string }) => message)).toEqual(["earlier", "before"]);
    expect(body).toMatchObject({ from: at(time - 90 * minute), to: at(time - 30 * minute), total: 2, next: null });
  });

  test.each(["0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])("%s is a time like any other", async (time) => {
    const { answer } = await logged([{}]);
    expect((await answer({ from: "0000-01-01T00:00:00Z", to: time })).status).toBe(200);
  });
});

test("a log is given as it was written", async () => {
  const sessionId = randomUUID();
  const ids = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
  const time = Math.floor(Date.now()) + 0.001;
  const attributes = { "http.status": 500, deep: { list: [1, null] } };
  const { projectId, answer } = await logged([
    { ...ids, sessionId, time, level: "error", attributes, message: "m\nn" },
  ]);
  const { body } = await answer();
  expect(body.items).toEqual([
    {
      ...{ id: expect.stringMatching(/^[0-9a-f-]{36}$/), timestamp: `${at(time).slice(0, -1)}001Z`, attributes },
      ...{ trace_id: ids.traceId, span_id: ids.spanId, project_id: projectId, session_id: sessionId },
      ...{ service: "web", level: "error", message: "m\nn" },
    },
  ]);
});
