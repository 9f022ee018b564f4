import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openProxy, type ProxyScene } from "../testing/proxy-scene.ts";
import { appKeyIn } from "./app-host.ts";
import { endToEnd, requestHeaders } from "./message-headers.ts";

let scene: ProxyScene;
beforeAll(async () => {
  scene = await openProxy();
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

describe("a host name", () => {
  test.each([
    ["one.shop.localhost", "one.shop"],
    ["ONE.Shop.LOCALHOST:8081", "one.shop"],
    ["one.shop.localhost.:80", "one.shop"],
    ["a-b--c.x1.localhost", "a-b--c.x1"],
    [undefined, undefined],
    ["", undefined],
    ["localhost", undefined],
    ["shop.localhost", undefined],
    ["one.shop.localhost.example.com", undefined],
    ["one.shop.example.com", undefined],
    ["x.one.shop.localhost", undefined],
    ["-one.shop.localhost", undefined],
    ["one.shop.localhost:", undefined],
    ["one.shop.localhost:8081:1", undefined],
    ["one.shop.localhost@evil", undefined],
    ["__proto__.shop.localhost", undefined],
    ["127.0.0.1:8081", undefined],
    ["[::1]:8081", undefined],
    [`${"a".repeat(64)}.shop.localhost`, undefined],
  ])("%s leads to %s", (host, key) => {
    expect(appKeyIn(host)).toBe(key);
  });

  test("is any text, and leads to two labels or nowhere", () => {
    const part = fc.constantFrom(".", "localhost", "a", "A-", "-", ":", "1", "\n", " ", "%", "ä", "@", "/");
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map((parts) => parts.join("")),
        (host) => {
          expect(appKeyIn(host) ?? "a.b").toMatch(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?\.[a-z0-9]([a-z0-9-]*[a-z0-9])?$/);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("headers", () => {
  const name = fc.constantFrom(
    "Connection",
    "X-A",
    "x-a",
    "Host",
    "Content-Length",
    "Transfer-Encoding",
    "TE",
    "X-Forwarded-For",
    "X_Forwarded_For",
    "Cookie",
    "Expect",
  );
  const value = fc.constantFrom("x-a", "X-A, host", "content-length", "close", "upgrade, ,", "", "chunked", "1");
  const raw = fc.array(fc.tuple(name, value), { maxLength: 8 }).map((pairs) => pairs.flat());

  test("that go on are some of those that came, in their order, none of them for neighbours", () => {
    fc.assert(
      fc.property(raw, (headers) => {
        const kept = endToEnd(headers);
        const names = kept.filter((_, index) => index % 2 === 0).map((one) => one.toLowerCase());
        expect(names.filter((one) => /^(connection|te|transfer-encoding)$/.test(one))).toEqual([]);
        for (const essential of ["host", "content-length"]) {
          const count = (all: readonly string[]) =>
            all.filter((one, index) => index % 2 === 0 && one.toLowerCase() === essential).length;
          expect(count(kept)).toBe(count(headers));
        }
      }),
      { numRuns: 300 },
    );
  });

  test("say once, and truly, where a request comes from", () => {
    fc.assert(
      fc.property(raw, (headers) => {
        const kept = requestHeaders(headers, { address: "127.0.0.1", host: "h" });
        const said = kept.flatMap((one, index) => (/^x.forwarded.for$/i.test(one) ? [kept[index + 1]] : []));
        expect(said).toEqual(["127.0.0.1"]);
      }),
      { numRuns: 300 },
    );
  });
});

/** A request for an app that answers nothing but how often it was asked. */
describe("a request that two programs could read in two ways", () => {
  const host = "Host: HOST";
  test.each([
    ["two lengths", ["POST / HTTP/1.1", host, "Content-Length: 1", "Content-Length: 2", "", "x"]],
    [
      "a length and chunks",
      ["POST / HTTP/1.1", host, "Content-Length: 6", "Transfer-Encoding: chunked", "", "0", "", "x"],
    ],
    ["a coding that is none", ["POST / HTTP/1.1", host, "Transfer-Encoding: identity", "", "GET /smuggled HTTP/1.1"]],
    ["a coding before chunks", ["POST / HTTP/1.1", host, "Transfer-Encoding: gzip, chunked", "", "0", "", ""]],
    [
      "a coding twice",
      ["POST / HTTP/1.1", host, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "", "0", "", ""],
    ],
    ["a length that is none", ["POST / HTTP/1.1", host, "Content-Length: +1", "", "x"]],
    ["a space before a colon", ["POST / HTTP/1.1", host, "Content-Length : 1", "", "x"]],
    ["a folded header", ["GET / HTTP/1.1", host, "X-A: b", " c", "", ""]],
    ["two hosts", ["GET / HTTP/1.1", host, "Host: other.shop.localhost", "", ""]],
    ["no host", ["GET / HTTP/1.1", "", ""]],
    ["a host in its address", ["GET http://other.shop.localhost/ HTTP/1.1", host, "", ""]],
    ["a tunnel", ["CONNECT other.shop.localhost:80 HTTP/1.1", host, "", ""]],
    ["a bare line feed", ["GET / HTTP/1.1", host, "X-A: b\nX-B: c", "", ""]],
    ["a chunk of no length", ["POST / HTTP/1.1", host, "Transfer-Encoding: chunked", "", "zz", "", ""]],
  ])("%s is not handed on", async (_, lines) => {
    const asked: string[] = [];
    const app = await scene.web((request, response) => {
      asked.push(request.url ?? "");
      request.resume().on("error", () => {});
      response.end("answered");
    });
    const answer = await scene.send(lines.map((line) => line.replace("HOST", app.host)));
    expect(answer).not.toMatch(/^HTTP\/1.1 [23]/);
    expect(asked.filter((path) => path !== "/")).toEqual([]);
  });
});

describe("what is not there is said in plain words", () => {
  test.each([
    ["none.shop.localhost", 404, "There is nothing at this address"],
    ["127.0.0.1", 404, "There is nothing at this address"],
    ["evil.example.com", 404, "There is nothing at this address"],
  ])("%s", async (host, status, title) => {
    const plain = await scene.get({ host });
    expect(plain).toMatchObject({ status, headers: { "content-type": "text/plain; charset=utf-8" } });
    expect(plain.body.startsWith(`${title}\n`)).toBe(true);
    const page = await scene.get({ host }, { headers: { accept: "text/html,*/*" } });
    expect(page.body).toContain(`<h1>${title}</h1>`);
    expect((await scene.get({ host }, { method: "HEAD" })).body).toBe("");
  });

  test("what is starting, and what does not run", async () => {
    const accept = { headers: { accept: "text/html" } };
    expect(await scene.get(scene.app("starting"), accept)).toMatchObject({
      status: 503,
      headers: { "retry-after": "2", "cache-control": "no-store" },
      body: expect.stringContaining('http-equiv="refresh"'),
    });
    expect(await scene.get(scene.app("down"))).toMatchObject({ status: 503, headers: { "retry-after": "30" } });
  });

  test("an upload for what is not there is not waited for", async () => {
    const head = ["POST / HTTP/1.1", "Host: none.shop.localhost", "Content-Length: 1000000", "", "x"];
    expect(await scene.send(head)).toMatch(/^HTTP\/1.1 404 /);
  });

  test.each([
    ["refuses connections", () => Promise.resolve(scene.app(1))],
    ["closes them", () => scene.raw((socket) => socket.end())],
    ["resets them", () => scene.raw((socket) => socket.resetAndDestroy())],
    ["speaks something else", () => scene.raw((socket) => socket.end("SSH-2.0-x\r\n"))],
    [
      "answers in two ways",
      () =>
        scene.raw((socket) =>
          socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ),
    ],
    [
      "says too much before it answers",
      () => scene.raw((socket) => socket.end(`HTTP/1.1 200 OK\r\nX: ${"x".repeat(100_000)}\r\n\r\n`)),
    ],
  ])("what %s", async (_, make) => {
    expect(await scene.get(await make())).toMatchObject({
      status: 502,
      body: expect.stringContaining("No answer came"),
    });
  });
});
