import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { createClient, fixedToken } from "@platform-mcp/client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { appendEvent } from "../../sessions/append-event.ts";
import { endSession } from "../../sessions/end-session.ts";
import { addRunningSession } from "../../sessions/testing/add-session.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { followSession } from "./follow-session.ts";

let platform: TestPlatform;
let project: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  project = await platform.addProject("admin", "watched");
});
afterAll(() => platform.close());

/** A way to the platform on which every connection can be cut. */
async function startRoad() {
  const { hostname, port } = new URL(platform.url);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      // The other end may be cut first.
      socket.on("error", () => {}).once("close", () => sockets.delete(socket));
    }
    near.pipe(far).pipe(near);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut();
      server.close();
      await once(server, "close");
    },
  };
}

async function addSession() {
  const id = await addRunningSession(platform.db, { projectId: project });
  const add = (message: string) =>
    platform.db.transaction().execute((db) => appendEvent(db, id, { kind: "text", message }));
  const end = () => {
    const outcome = { status: "completed", reason: "exit", message: "done" } as const;
    return platform.db.transaction().execute((db) => endSession(db, id, outcome));
  };
  return { address: { project_id: project, session_id: id }, add, end };
}

async function clientAt(url: string, token?: string) {
  const source = fixedToken(token ?? (await platform.token({ user: "admin" })), "test");
  const config = { apiUrl: new URL(url), token: source, projectId: undefined, sessionId: undefined };
  return createClient({ config, product: "test", timeouts: { backoff: 10 } });
}

const never = new AbortController().signal;

test("a session is followed to its end, whatever becomes of the connections", async () => {
  await using road = await startRoad();
  const { address, add, end } = await addSession();
  const client = await clientAt(road.url);
  const losses: true[] = [];
  const seen: string[] = [];
  await add("event 1");
  const events = followSession(client, address, { signal: never, onLost: () => losses.push(true) });
  for await (const { message, number } of events) {
    expect(number).toBe(seen.push(message));
    if (seen.length === 2 || seen.length === 4) road.cut();
    if (seen.length < 6) await add(`event ${seen.length + 1}`);
    else if (seen.length === 6) await end();
  }
  expect(seen).toEqual([...["1", "2", "3", "4", "5", "6"].map((number) => `event ${number}`), "done"]);
  expect(losses.length).toBeGreaterThan(0);
  await client.close();
});

test("whoever does not want to see more is let go, and the session goes on", async () => {
  const { address, add } = await addSession();
  const client = await clientAt(platform.url);
  const leaving = new AbortController();
  await add("one");
  for await (const _ of followSession(client, address, { signal: leaving.signal, onLost: () => {} })) leaving.abort();
  const row = platform.db.selectFrom("agent_sessions").where("id", "=", address.session_id).select("status");
  expect(await row.executeTakeFirstOrThrow()).toEqual({ status: "running" });
  await client.close();
});

test("what the platform refuses is not tried again", async () => {
  const { address } = await addSession();
  const client = await clientAt(platform.url, "plat_api_unknown");
  const following = async () => {
    for await (const _ of followSession(client, address, { signal: never, onLost: () => {} }));
  };
  await expect(following()).rejects.toMatchObject({ name: "PlatformError", status: 401 });
  await client.close();
});
