import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { parseAllowList } from "../../outbound/allow-list.ts";
import { Outbound } from "../../outbound/outbound.ts";
import { outboundConnector } from "../../outbound/outbound-connector.ts";
import { startReceiver } from "../testing/receiver.ts";
import { send } from "./send.ts";

const allowed = outboundConnector(new Outbound({ allow: parseAllowList("127.0.0.1") }), 5_000);
const forbidden = outboundConnector(new Outbound({ allow: parseAllowList("") }), 5_000);

async function post(url: string, options: Partial<Parameters<typeof send>[0]> = {}) {
  const never = new AbortController().signal;
  const headers = { "content-type": "application/json", "x-platform-event": "push" };
  return await send({ url, headers, body: '{"a":"ä"}', connect: allowed, limit: 20_000, signal: never, ...options });
}

/** A server that does this to each connection, and what is left of those. */
async function startTcp(onConnection: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    onConnection(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/`,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test("the body arrives as it was signed, at its path, once", async () => {
  await using receiver = await startReceiver((response) => {
    response.writeHead(202, { "retry-after": "7" }).end("later");
  });
  expect(await post(`${receiver.url}/hook?key=1`)).toEqual({ kind: "answered", status: 202, retryAfter: "7" });
  expect(receiver.received).toMatchObject([
    { url: "/hook?key=1", headers: { "x-platform-event": "push", "content-length": "10" }, body: '{"a":"ä"}' },
  ]);
});

test("a redirect is not followed", async () => {
  await using target = await startReceiver();
  await using receiver = await startReceiver((response) => {
    response.writeHead(307, { location: target.url }).end();
  });
  expect(await post(receiver.url)).toMatchObject({ kind: "answered", status: 307 });
  expect(target.received).toEqual([]);
});

test("an answer without an end is not read to its end", async () => {
  await using server = await startTcp((socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `1000\r\n${"x".repeat(4096)}\r\n`;
    const more = () => {
      while (socket.writable && socket.write(chunk));
    };
    socket.on("drain", more);
    more();
  });
  expect(await post(server.url)).toMatchObject({ kind: "answered", status: 200 });
});

test("an answer that stops in its middle is one all the same, when the time is over", async () => {
  await using server = await startTcp((socket) =>
    socket.write("HTTP/1.1 500 Oops\r\ncontent-length: 1000\r\n\r\nbegun"),
  );
  expect(await post(server.url, { limit: 300 })).toMatchObject({ kind: "answered", status: 500 });
});

test.each<[string, (socket: Socket) => void, string]>([
  ["says nothing", () => {}, "no answer within 0.3 seconds"],
  ["trickles", (socket) => socket.write("HTTP/1.1 200 OK\r\nx-a: b\r\n"), "no answer within 0.3 seconds"],
])("one that %s is left", async (_, behaviour, message) => {
  await using server = await startTcp(behaviour);
  expect(await post(server.url, { limit: 300 })).toEqual({ kind: "failed", message, isFinal: false });
});

test.each<[string, (socket: Socket) => void, string]>([
  ["hangs up", (socket) => socket.destroy(), "the connection was closed"],
  ["resets", (socket) => socket.resetAndDestroy(), "the connection was closed"],
  ["speaks another language", (socket) => socket.write("220 mail ESMTP\r\n"), "the answer is not HTTP"],
  [
    "sends headers without an end",
    (socket) => socket.write(`HTTP/1.1 200 OK\r\nx-a: ${"b".repeat(100_000)}`),
    "the answer is not HTTP",
  ],
])("one that %s has not answered", async (_, behaviour, message) => {
  await using server = await startTcp(behaviour);
  expect(await post(server.url)).toEqual({ kind: "failed", message, isFinal: false });
});

test("nobody listens", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  server.close();
  await once(server, "close");
  expect(await post(`http://127.0.0.1:${port}/`)).toEqual({
    ...{ kind: "failed", message: "the connection was refused", isFinal: false },
  });
});

test("plain HTTP where TLS was meant", async () => {
  await using receiver = await startReceiver();
  const attempt = await post(receiver.url.replace("http:", "https:"));
  expect(attempt).toMatchObject({ kind: "failed", isFinal: false });
});

test("inside the network: never, for good, and nothing is connected", async () => {
  await using server = await startTcp(() => {});
  expect(await post(server.url, { connect: forbidden })).toEqual({
    kind: "failed",
    message:
      "127.0.0.1 is inside the platform's network, or stands for an address that is: the platform does not call it",
    isFinal: true,
  });
  expect(server.sockets.size).toBe(0);
});

test("what is ended says nothing of what became of it, and leaves no connection", async () => {
  const connected = Promise.withResolvers<void>();
  await using server = await startTcp(() => connected.resolve());
  const ending = new AbortController();
  const sent = post(server.url, { signal: ending.signal });
  await connected.promise;
  ending.abort();
  expect(await sent).toBeUndefined();
  for (const socket of server.sockets) await once(socket, "close");
});
