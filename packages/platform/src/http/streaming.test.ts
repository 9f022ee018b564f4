import { once } from "node:events";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { bytes, endpoint, text } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Problem } from "../problem.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { implement, implementPublic } from "./implement.ts";
import type { Request } from "./route.ts";
import { serveRoutes } from "./testing/serve-routes.ts";

const openText = endpoint({ method: "GET", path: "/text", summary: "Text", permission: "public", response: text });
const closedText = endpoint({
  method: "GET",
  path: "/projects/{project_id}/text",
  summary: "Text",
  permission: "project:read",
  response: text,
});
const content = Buffer.from("0123456789");
const openBytes = endpoint({ method: "GET", path: "/bytes", summary: "Bytes", permission: "public", response: bytes });

type Handler = (request: Request<typeof openText>) => AsyncIterable<string> | Iterable<string>;

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

/** A server whose text is what the handler yields. */
async function serve(handler: Handler) {
  const streams: Readable[] = [];
  const routes = [
    implementPublic(openText, async (request) => {
      request.setHeader("content-type", "text/x-log");
      request.setHeader("x-log-size", "7");
      const stream = Readable.from(handler(request));
      streams.push(stream);
      return stream;
    }),
    implementPublic(openBytes, async ({ setHeader }) => {
      setHeader("content-disposition", "attachment");
      return {
        size: content.length,
        version: "v-1",
        open: async ({ start, end }) => Readable.from([content.subarray(start, end)]),
      };
    }),
  ];
  const server = await serveRoutes(platform.db, routes);
  return { ...server, streams, [Symbol.asyncDispose]: server.close };
}

/** Resolves when nobody will read it any more. */
async function closed(stream: Readable | undefined): Promise<void> {
  if (stream !== undefined && !stream.closed) await once(stream, "close");
}

describe("a text that is a stream", () => {
  test("is sent as it comes, with what the handler has set", async () => {
    const { promise: arrived, resolve: goOn } = Promise.withResolvers<void>();
    await using server = await serve(async function* () {
      yield "first ";
      await arrived;
      yield "last";
    });
    const response = await fetch(`${server.url}/text`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("first ");
    goOn();
    expect((await reader?.read())?.value).toBe("last");
    expect((await reader?.read())?.done).toBe(true);
    expect(response.headers.get("content-type")).toBe("text/x-log");
    expect(response.headers.get("x-log-size")).toBe("7");
    expect(response.headers.get("content-encoding")).toBeNull();
  });

  test("that fails before its first byte is an error answer, without what was set for the text", async () => {
    await using server = await serve(async function* () {
      await turn();
      if (server !== undefined) throw new Problem(404, "nothing there");
      yield "";
    });
    const response = await fetch(`${server.url}/text`);
    expect(response.status).toBe(404);
    expect(response.headers.get("content-type")).toMatch("application/json");
    expect(response.headers.get("x-log-size")).toBeNull();
    expect(await response.json()).toMatchObject({ error: "nothing there", request_id: expect.any(String) });
  });

  test("that fails after its first byte is broken off, so that nobody takes it for whole", async () => {
    await using server = await serve(async function* () {
      yield "part";
      await turn();
      throw new Error("the disk is gone");
    });
    const response = await fetch(`${server.url}/text`);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  test("that has nothing to say yet has its headers sent all the same", async () => {
    await using server = await serve(async function* ({ signal }) {
      await once(signal, "abort");
      yield "too late";
    });
    const controller = new AbortController();
    const response = await fetch(`${server.url}/text`, { signal: controller.signal });
    expect([response.status, response.headers.get("x-log-size")]).toEqual([200, "7"]);
    controller.abort();
    await closed(server.streams[0]);
  });

  test("is made no faster than it is read, and ends when its reader goes away", async () => {
    const piece = "x".repeat(65_536);
    let made = 0;
    await using server = await serve(function* () {
      for (; ; made++) yield piece;
    });
    const controller = new AbortController();
    const response = await fetch(`${server.url}/text`, { signal: controller.signal });
    await response.body?.getReader().read();
    for (let before = -1; before !== made; ) {
      before = made;
      // Until all buffers on the way are full.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(made).toBeLessThan(500);
    controller.abort();
    await closed(server.streams[0]);
  });

  test("is not read for HEAD", async () => {
    await using server = await serve(function* () {
      for (;;) yield "without end";
    });
    const response = await fetch(`${server.url}/text`, { method: "HEAD" });
    expect([response.status, response.headers.get("x-log-size"), await response.text()]).toEqual([200, "7", ""]);
    await closed(server.streams[0]);
  });

  test("hears that the server closes, and does not hold it", async () => {
    await using server = await serve(async function* ({ closing }) {
      yield "begin";
      await once(closing, "abort");
      throw new Error("closing");
    });
    const response = await fetch(`${server.url}/text`);
    const broken = expect(response.text()).rejects.toThrow();
    await server.close();
    await broken;
  });

  test("can look again whether it is still allowed", async () => {
    await platform.addUser("reader");
    const project = await platform.addProject("admin", "private");
    await platform.lend({ from: "admin", to: "reader", permission: "project:read", project });
    const token = await platform.token({ user: "reader" });
    const { promise: revoked, resolve: goOn } = Promise.withResolvers<void>();
    const route = implement(closedText, async ({ reauthorise }) => {
      return Readable.from(
        (async function* () {
          await reauthorise();
          yield "allowed";
          await revoked;
          await reauthorise();
          yield "still allowed";
        })(),
      );
    });
    const server = await serveRoutes(platform.db, [route]);
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${server.url}/projects/${project}/text`, { headers });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toBe("allowed");
    await platform.db.deleteFrom("api_tokens").where("name", "=", "test").execute();
    goOn();
    await expect(reader?.read()).rejects.toThrow();
    await server.close();
  });
});

describe("bytes", () => {
  const whole = [200, "0123456789", null] as const;
  test.each([
    [undefined, ...whole],
    ["bytes=0-3", 206, "0123", "bytes 0-3/10"],
    ["bytes=4-", 206, "456789", "bytes 4-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=-300", 206, "0123456789", "bytes 0-9/10"],
    ["bytes=8-300", 206, "89", "bytes 8-9/10"],
    ["bytes=0-0", 206, "0", "bytes 0-0/10"],
    // What is no range, or more than is offered, may be ignored.
    ["bytes=5-3", ...whole],
    ["bytes=0-1,4-5", ...whole],
    ["lines=1-2", ...whole],
    ["bytes=-", ...whole],
    ["bytes=a-b", ...whole],
  ] as const)("for the range %s", async (range, status, body, contentRange) => {
    await using server = await serve(() => []);
    const response = await fetch(`${server.url}/bytes`, { headers: range === undefined ? {} : { range } });
    expect([response.status, await response.text(), response.headers.get("content-range")]).toEqual([
      status,
      body,
      contentRange,
    ]);
    expect(response.headers.get("content-length")).toBe(String(body.length));
    expect(response.headers.get("accept-ranges")).toBe("bytes");
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.headers.get("content-disposition")).toBe("attachment");
  });

  test.each(["bytes=10-", "bytes=10-12", "bytes=-0"])("that are not there, %s, are refused", async (range) => {
    await using server = await serve(() => []);
    const response = await fetch(`${server.url}/bytes`, { headers: { range } });
    expect([response.status, response.headers.get("content-range")]).toEqual([416, "bytes */10"]);
    expect(await response.json()).toMatchObject({ error: "there are 10 bytes" });
  });

  test("are given whole when those that the range was meant for are others, and for HEAD not at all", async () => {
    await using server = await serve(() => []);
    const get = (ifRange: string, method = "GET") =>
      fetch(`${server.url}/bytes`, { method, headers: { range: "bytes=0-1", "if-range": ifRange } });
    expect([(await get('"v-1"')).status, (await get('"v-0"')).status]).toEqual([206, 200]);
    const head = await get('"v-1"', "HEAD");
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
  });
});
