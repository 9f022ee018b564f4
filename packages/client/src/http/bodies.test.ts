import { pipeline, Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { bytes, endpoint, projects, system } from "../contract/index.ts";
import { collect, facts, failureOf, testClient } from "../testing/client.ts";
import { startHttpServer, type TestServer } from "../testing/http-server.ts";

const mebibyte = 1_048_576;
const download = endpoint({
  method: "GET",
  path: "/api/download",
  summary: "Bytes",
  permission: "authenticated",
  response: bytes,
});

/** A server that sends 100 MiB as fast as they are taken, and counts what it has sent. */
async function startLargeServer(type: string): Promise<TestServer & { sent(): number }> {
  const piece = Buffer.alloc(mebibyte, "x");
  let sent = 0;
  function* pieces() {
    for (let count = 0; count < 100; count++) {
      sent += piece.length;
      yield piece;
    }
  }
  const server = await startHttpServer((response) => {
    response.writeHead(200, { "content-type": type });
    pipeline(Readable.from(pieces(), { highWaterMark: 1 }), response, () => {});
  });
  return Object.assign(server, { sent: () => sent });
}

describe("a body of 100 MB", () => {
  test("is streamed as bytes, as slowly as it is read", async () => {
    await using server = await startLargeServer("application/octet-stream");
    await using client = testClient(server.url);
    let size = 0;
    let furthestAhead = 0;
    for await (const chunk of await client.call(download, {})) {
      size += chunk.byteLength;
      furthestAhead = Math.max(furthestAhead, server.sent() - size);
      await new Promise(setImmediate);
    }
    expect(size).toBe(100 * mebibyte);
    // What lies in the buffers of both ends and of the kernel; far from all of it.
    expect(furthestAhead).toBeLessThan(30 * mebibyte);
  });

  test("is streamed as text", async () => {
    await using server = await startLargeServer("text/plain");
    await using client = testClient(server.url);
    let size = 0;
    for await (const text of await client.call(system.healthz, {})) size += text.length;
    expect(size).toBe(100 * mebibyte);
  });

  test("is refused as JSON while it comes", async () => {
    await using server = await startLargeServer("application/json");
    await using client = testClient(server.url);
    const error = await failureOf(client.call(projects.listProjects, {}));
    expect(facts(error, server.url)).toMatchInlineSnapshot(`
      {
        "message": "GET /api/projects answered 200 with more than 32 MiB of JSON, which is not read. Ask for less.",
        "name": "UnexpectedAnswerError",
        "outcome": "answered",
        "retryable": false,
      }
    `);
    expect(server.sent()).toBeLessThan(70 * mebibyte);
  });
});

test("characters split between two pieces of text stay whole", async () => {
  const text = "größe 🚀 日本語";
  await using server = await startHttpServer(async (response) => {
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
    for (const byte of Buffer.from(text))
      await new Promise<void>((next) => response.write(Buffer.of(byte), () => next()));
    response.end();
  });
  await using client = testClient(server.url);
  expect(await collect(await client.call(system.healthz, {}))).toBe(text);
});

test("a slow reader is not a stalled server", async () => {
  await using server = await startHttpServer((response) => {
    response.writeHead(200, { "content-type": "text/plain", "content-length": 4 }).write("ab");
    resume = () => response.end("cd");
  });
  let resume = () => {};
  await using client = testClient(server.url, { timeouts: { body: 50 } });
  let text = "";
  for await (const piece of await client.call(system.healthz, {})) {
    text += piece;
    // Longer than the server may be silent; the reader may take as long as it likes.
    if (text === "ab") await new Promise((resolve) => setTimeout(resolve, 150));
    resume();
  }
  expect(text).toBe("abcd");
});

test("the server's silence in a stream is a timeout", async () => {
  await using server = await startHttpServer((response) => response.writeHead(200).write("ab"));
  await using client = testClient(server.url, { timeouts: { body: 50 } });
  const error = await failureOf(client.call(system.healthz, {}).then(collect));
  expect(facts(error, server.url)).toMatchInlineSnapshot(`
    {
      "message": "GET /healthz: the answer stopped in the middle: nothing more came within 0.05 s.",
      "name": "TimeoutError",
      "outcome": "answered",
      "retryable": true,
    }
  `);
});

test("a call that follows what happens waits for it as long as it says", async () => {
  await using server = await startHttpServer((response) => {
    response.writeHead(200).write("ab");
    setTimeout(() => response.end("cd"), 200);
  });
  await using client = testClient(server.url, { timeouts: { body: 50 } });
  const options = { timeouts: { body: Number.POSITIVE_INFINITY } };
  expect(await collect(await client.call(system.healthz, {}, options))).toBe("abcd");
});
