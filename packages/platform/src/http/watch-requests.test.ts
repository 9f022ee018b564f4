import { Readable, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { system } from "@platform-mcp/client/contract";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { implementPublic } from "./implement.ts";
import { serveRoutes } from "./testing/serve-routes.ts";

const line = z.looseObject({ msg: z.string(), request_id: z.string().optional() });

let platform: TestPlatform;
let token: string;
const lines: string[] = [];
const sink = new Writable({
  write(chunk, _encoding, done) {
    lines.push(String(chunk));
    done();
  },
});
const logger = pino({ base: null }, sink);
beforeAll(async () => {
  platform = await startTestPlatform({}, logger);
  token = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

/** The lines of the log that tell of a request; they come after its answer. */
async function told(requestId: string) {
  const of = () => lines.map((text) => line.parse(JSON.parse(text))).filter((one) => one.request_id === requestId);
  while (of().length === 0) await new Promise(setImmediate);
  return of();
}

test("a request is one line: by whom, what, how it went, and which trace it is of", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { "x-request-id": "told", traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  await platform.request("/api/projects?search=whatever", token, { headers });
  const [only, ...more] = await told("told");
  expect(more).toEqual([]);
  expect(only).toEqual({
    level: 30,
    time: expect.any(Number),
    request_id: "told",
    method: "GET",
    path: "/api/projects",
    status: 200,
    ms: expect.any(Number),
    caller: await platform.idOf("users", "admin"),
    trace_id: traceId,
    msg: "request",
  });
});

test("an answer that is broken off is told too", async () => {
  const server = await serveRoutes(
    platform.db,
    [
      implementPublic(system.healthz, async () =>
        Readable.from(
          (async function* () {
            yield "part";
            await turn();
            throw new Error("the rest is gone");
          })(),
        ),
      ),
    ],
    logger,
  );
  const response = await fetch(`${server.url}/healthz`, { headers: { "x-request-id": "broken" } });
  await expect(response.text()).rejects.toThrow();
  await server.close();
  expect((await told("broken")).at(-1)).toMatchObject({
    path: "/healthz",
    status: 200,
    broken_off: true,
    msg: "request",
  });
});

test("git's requests are told alike, and strangers have no name", async () => {
  const path = "/admin/nothing.git/info/refs?service=git-upload-pack";
  await platform.request(path, token, { headers: { "x-request-id": "by-git" } });
  await platform.request(path, undefined, { headers: { "x-request-id": "by-stranger" } });
  expect(await told("by-git")).toMatchObject([{ path: "/:owner/:repository/info/refs", caller: expect.any(String) }]);
  expect((await told("by-stranger"))[0]).not.toHaveProperty("caller");
});

test("neither credentials nor what callers put into a URL is in the log", async () => {
  await platform.request(`/api/nothing/${token}?token=${token}`, token, { headers: { "x-request-id": "careless" } });
  await told("careless");
  expect(lines.join("")).not.toContain(token);
  expect(lines.join("")).not.toContain("whatever");
});
