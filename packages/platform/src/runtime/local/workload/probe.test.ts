import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTcpServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { becomeReady } from "./become-ready.ts";
import { probe } from "./probe.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

const forever = new AbortController().signal;

async function listen(server: Server, host = "127.0.0.1") {
  servers.push(server);
  await once(server.listen(0, host), "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it does not listen on a port");
  return { port: address.port, hostHeader: "one.shop.localhost:1", patience: 20_000, signal: forever };
}

const web = (listener: RequestListener) => createServer(listener).on("connection", (socket) => socket.unref());
const answering = (status: number) => web((_, response) => response.writeHead(status).end());

test.each([200, 204, 302, 401, 404, 499])("the status %i is an answer", async (status) => {
  expect((await probe(await listen(answering(status)))).host).toBe("127.0.0.1");
});

test.each([500, 503, 599])("the status %i is none", async (status) => {
  const found = await probe(await listen(answering(status)));
  expect(found).toEqual({ host: undefined, problem: `it answers with the status ${status}` });
});

test("it is asked as its users ask, and no more than the beginning of its answer is waited for", async () => {
  const asked: unknown[] = [];
  const endless = web(({ method, url, headers }, response) => {
    asked.push(method, url, headers.host);
    response.write("x");
  });
  expect((await probe(await listen(endless))).host).toBe("127.0.0.1");
  expect(asked).toEqual(["GET", "/", "one.shop.localhost:1"]);
});

test("what listens on the other loopback address is found", async ({ skip }) => {
  const options = await listen(answering(200), "::1").catch(() => skip("there is no IPv6 here"));
  expect((await probe(options)).host).toBe("::1");
});

test.each([
  ["does not answer", createTcpServer(() => {}), 50, "it does not answer within 0.05 s"],
  ["ends the connection", createTcpServer((socket) => socket.end()), 20_000, "it does not answer as a web server does"],
  [
    "goes over to another protocol",
    createTcpServer((socket) => {
      socket.once("data", () => socket.write("HTTP/1.1 101 .\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"));
    }),
    20_000,
    "it does not answer as a web server does",
  ],
  [
    "speaks something else",
    createTcpServer((socket) => socket.end("SSH-2.0\r\n")),
    20_000,
    "it does not answer as a web",
  ],
])("what %s is no answer", async (_, server, patience, problem) => {
  server.on("connection", (socket) => socket.on("error", () => {}).unref());
  const found = await probe({ ...(await listen(server)), patience });
  expect(found).toEqual({ host: undefined, problem: expect.stringContaining(problem) });
});

test("a closed port says what to do", async () => {
  const server = answering(200);
  const options = await listen(server);
  server.close();
  await once(server, "close");
  expect((await probe(options)).problem).toMatch(/^nothing listens on its port: .* PORT names$/);
});

test("it is asked until it answers, or nobody waits any more", async () => {
  let asked = 0;
  const late = web((_, response) => response.writeHead(++asked < 4 ? 503 : 200).end());
  expect(await becomeReady(await listen(late), 60)).toEqual({ kind: "ready", host: "127.0.0.1" });
  const waiting = new AbortController();
  const never = web((_, response) => {
    waiting.abort();
    response.writeHead(500).end();
  });
  expect(await becomeReady({ ...(await listen(never)), signal: waiting.signal }, 60)).toEqual({ kind: "over" });
  const failing = await becomeReady(await listen(answering(500)), 0);
  expect(failing).toMatchObject({ kind: "late", problem: expect.stringMatching(/status 500$/) });
});
