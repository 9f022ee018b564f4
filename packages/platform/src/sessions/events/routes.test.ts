import { createClient, fixedToken, sessions } from "@platform-mcp/client";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Queryable } from "../../db/queryable.ts";
import { agentLogRef } from "../../pipelines/logs/log-ref.ts";
import { logStoreIn } from "../../pipelines/logs/log-store.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { appendEvent, appendEvents } from "../append-event.ts";
import { endSession } from "../end-session.ts";
import { addRunningSession } from "../testing/add-session.ts";

let platform: TestPlatform;
let token: string;
let project: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  token = await platform.token({ user: "admin" });
  project = await platform.addProject("admin", "watched");
});
afterAll(() => platform.close());

const inTransaction = <T>(work: (db: Queryable) => Promise<T>) => platform.db.transaction().execute(work);

/** A session that runs, with what a worker does to it. */
async function addSession() {
  const id = await addRunningSession(platform.db, { projectId: project });
  const say = (...messages: readonly string[]) =>
    inTransaction((db) =>
      appendEvents(
        db,
        id,
        messages.map((message) => ({ kind: "text", message })),
      ),
    );
  const outcome = { status: "completed", reason: "exit", message: "done" } as const;
  return {
    id,
    say,
    end: () => inTransaction((db) => endSession(db, id, outcome)),
    release: () => platform.db.updateTable("agent_sessions").where("id", "=", id).set({ claimed_by: null }).execute(),
    get: (path: string, { as = token, ...headers }: Readonly<Record<string, string>> = {}, signal?: AbortSignal) =>
      platform.request(`/api/projects/${project}/sessions/${id}/${path}`, as, { headers, ...(signal && { signal }) }),
  };
}

/** Events as they come. */
async function* read(response: Response) {
  if (response.body === null) throw new Error("no body");
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const { id, event, data } of events) {
    const parsed = sessions.sessionEvent.parse(JSON.parse(data));
    expect([id, event]).toEqual([String(parsed.number), parsed.kind]);
    yield parsed;
  }
}

async function readAll(response: Response): Promise<sessions.SessionEvent[]> {
  const events: sessions.SessionEvent[] = [];
  for await (const event of read(response)) events.push(event);
  return events;
}

async function messages(response: Response): Promise<string[]> {
  return (await readAll(response)).map(({ message }) => message);
}

const numbered = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `event ${from + index}`);

describe("the events of a session", () => {
  test("are given as server-sent events that nobody between holds back", async () => {
    const session = await addSession();
    await inTransaction((db) =>
      appendEvent(db, session.id, { kind: "tool_call", message: "Bash: ls\n-la", metadata: { tool: "Bash" } }),
    );
    const response = await session.get("events?follow=false");
    const header = (name: string) => response.headers.get(name);
    expect([response.status, header("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect([header("cache-control"), header("x-accel-buffering")]).toEqual(["no-cache, no-transform", "no"]);
    const text = await response.text();
    const [, data = ""] = /^retry: 1000\n\nid: 1\nevent: tool_call\ndata: (.*)\n\n$/.exec(text) ?? [];
    expect(JSON.parse(data)).toEqual({
      ...{ number: 1, kind: "tool_call", message: "Bash: ls\n-la", metadata: { tool: "Bash" } },
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test("are seen by all who follow, each once and in order, while they happen and until the session has ended", async () => {
    const session = await addSession();
    const followers: Promise<string[]>[] = [];
    for (let number = 1; number <= 60; number++) {
      if (number % 10 === 1) followers.push(session.get("events").then(messages));
      // Some at a time.
      if (number % 3 === 0) await session.say(...numbered(number - 2, number));
    }
    await session.end();
    followers.push(session.get("events").then(messages));
    const all = [...numbered(1, 60), "done"];
    expect(await Promise.all(followers)).toEqual(followers.map(() => all));
  });

  test("are neither lost nor repeated by whoever comes back again and again", async () => {
    const session = await addSession();
    const writing = (async () => {
      for (let number = 1; number <= 40; number++) await session.say(`event ${number}`);
      await session.end();
    })();
    const seen: string[] = [];
    let last: number | undefined;
    for (let connection = 1; seen.at(-1) !== "done"; connection++) {
      const leaving = new AbortController();
      const headers = last === undefined ? undefined : { "last-event-id": String(last) };
      // As a browser does: the address stays what it was.
      for await (const event of read(await session.get("events?after=0", headers, leaving.signal))) {
        last = event.number;
        seen.push(event.message);
        if (seen.length % 7 === 0) break;
      }
      leaving.abort();
      expect(connection).toBeLessThan(50);
    }
    await writing;
    expect(seen).toEqual([...numbered(1, 40), "done"]);
  });

  test("begin after the one that is named, and are few enough at a time that many come whole", async () => {
    const session = await addSession();
    await session.say(...numbered(1, 120));
    expect(await messages(await session.get("events?after=100&follow=false"))).toEqual(numbered(101, 120));
    expect(await messages(await session.get("events?follow=false"))).toEqual(numbered(1, 120));
    expect(await messages(await session.get("events?after=120&follow=false"))).toEqual([]);
    await session.end();
    expect(await messages(await session.get("events?after=121"))).toEqual([]);
  });

  test("come through the typed client", async () => {
    const session = await addSession();
    const client = createClient({
      config: {
        ...{ apiUrl: new URL(platform.url), token: fixedToken(token, "test") },
        ...{ projectId: undefined, sessionId: undefined },
      },
      product: "test",
    });
    const args = { project_id: project, session_id: session.id };
    const stream = await client.call(sessions.sessionEvents, args);
    expect(stream.header("content-type")).toMatch("text/event-stream");
    await session.say("one");
    let text = "";
    for await (const piece of stream) {
      text += piece;
      if (text.includes('"one"')) await session.end();
    }
    expect(text).toContain('"message":"done"');
    await client.close();
  });

  test("end when the token is revoked, or the right to them is taken", async () => {
    for (const user of ["onlooker", "guest"]) {
      await platform.addUser(user);
      await platform.lend({ from: "admin", to: user, permission: "project:read", project });
    }
    const session = await addSession();
    /** One who follows, and what becomes of it. */
    const follow = async (user: string) => {
      const response = await session.get("events", { as: await platform.token({ user }) });
      const begun = Promise.withResolvers<void>();
      const following = async () => {
        for await (const _ of read(response)) begun.resolve();
      };
      const ended = expect(following()).rejects.toThrow();
      await begun.promise;
      return { ended };
    };
    await session.say("here");
    const followers = await Promise.all([follow("onlooker"), follow("guest")]);
    const [onlooker, guest] = [await platform.idOf("users", "onlooker"), await platform.idOf("users", "guest")];
    await platform.db.deleteFrom("api_tokens").where("user_id", "=", onlooker).execute();
    await platform.db.deleteFrom("delegations").where("delegate_id", "=", guest).execute();
    await Promise.all(followers.map(({ ended }) => ended));
  });

  test("are refused where the question makes no sense, and not found where there is no session", async () => {
    const session = await addSession();
    const status = async (response: Promise<Response>) => (await response).status;
    expect(await status(session.get("events?after=-1"))).toBe(400);
    expect(await status(session.get("events", { "last-event-id": "x" }))).toBe(400);
    expect(await status(session.get("events", { "last-event-id": "99999999999" }))).toBe(400);
    const other = await platform.addProject("admin", "other");
    for (const path of ["events", "output"]) {
      for (const [at, id] of [
        [other, session.id],
        [project, crypto.randomUUID()],
      ]) {
        const answer = await platform.request(`/api/projects/${at}/sessions/${id}/${path}`, token);
        expect([answer.status, await answer.json()]).toMatchObject([404, { error: "session" }]);
      }
    }
  });

  test("hold whatever was said, but what PostgreSQL cannot", async () => {
    const session = await addSession();
    const message = "a\u0000b\u001b[31m\ud800c\u2028\r\nevent: forged\n\ndata: forged";
    const metadata = { "k\u0000\udfff": ["\u0000x", { deep: "\ud83d" }] };
    await inTransaction((db) => appendEvent(db, session.id, { kind: "text", message, metadata }));
    const [event] = await readAll(await session.get("events?follow=false"));
    expect(event).toMatchObject({
      number: 1,
      message: "ab\u001b[31m\ufffdc\u2028\r\nevent: forged\n\ndata: forged",
      metadata: { "k\ufffd": ["x", { deep: "\ufffd" }] },
    });
  });

  test("are numbered without gaps whoever adds them at the same time", async () => {
    const session = await addSession();
    const failing = inTransaction(async (db) => {
      await appendEvent(db, session.id, { kind: "text", message: "never was" });
      throw new Error("undone");
    });
    await Promise.all([
      expect(failing).rejects.toThrow("undone"),
      ...numbered(1, 20).map((message) => session.say(message, message)),
    ]);
    const events = await readAll(await session.get("events?follow=false"));
    expect(events.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
    expect(await inTransaction((db) => appendEvents(db, session.id, []))).toBe(40);
  });
});

test("a session's output is read like a step's log, while it comes and when it is complete", async () => {
  const session = await addSession();
  const nothing = await session.get("output");
  expect([nothing.headers.get("x-log-complete"), await nothing.text()]).toEqual(["false", ""]);
  const following = (await session.get("output?follow=true")).text();
  const ref = agentLogRef(session.id);
  const log = await logStoreIn(platform.dataDirectory).open(ref, { secrets: ["hidden"], maxBytes: 1e6 });
  await platform.db.updateTable("agent_sessions").where("id", "=", session.id).set({ log_ref: ref }).execute();
  await log.write(Buffer.from("one\nis hidden\n"));
  await expect.poll(async () => (await session.get("output?tail=1")).text()).toBe("is ***\n");
  await log.write(Buffer.from("three\n"));
  await log.close();
  await session.end();
  expect((await session.get("output")).headers.get("x-log-complete")).toBe("false");
  await session.release();
  const whole = await session.get("output");
  expect([whole.headers.get("x-log-complete"), whole.headers.get("x-log-lines")]).toEqual(["true", "3"]);
  expect([await whole.text(), await following]).toEqual(["one\nis ***\nthree\n", "one\nis ***\nthree\n"]);
  expect(await (await session.get("output?from_line=2&to_line=2")).text()).toBe("is ***\n");
  expect((await session.get("output?tail=1&offset=1")).status).toBe(400);
});
