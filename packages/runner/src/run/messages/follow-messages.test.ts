import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { followMessages, type Message } from "./follow-messages.ts";

let stop = () => {};
afterEach(() => stop());

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A platform whose answers are those, one a request, the last one again and again. */
async function follow(...answers: readonly [Answer, ...Answer[]]) {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization}`);
    (answers[requests.length - 1] ?? answers.at(-1))?.(response, request);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  const said: Message[] = [];
  const warnings: string[] = [];
  const more = Promise.withResolvers<void>();
  let count = 0;
  const following = followMessages({
    url: `http://127.0.0.1:${port}/events`,
    token: async () => `token${++count}`,
    after: 1,
    onMessage: (message) => {
      said.push(message);
      if (message.text === "last") more.resolve();
    },
    warn: (line) => {
      warnings.push(line);
      more.resolve();
    },
  });
  stop = () => following.stop();
  await more.promise;
  return { said, requests, warnings };
}

const event = (number: number, kind: string, message: string) =>
  `id: ${number}\nevent: ${kind}\ndata: ${JSON.stringify({ number, kind, message, created_at: "x" })}\n\n`;
const stream =
  (...parts: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" }).end(parts.join(""));
  };

test("messages are handed on, once and in order, and nothing else is", async () => {
  const { said, requests } = await follow(
    stream(": hello\n\n", event(2, "text", "no"), event(3, "message", "one\ntwo"), event(4, "message", "last")),
  );
  expect(said).toEqual([
    { number: 3, text: "one\ntwo" },
    { number: 4, text: "last" },
  ]);
  expect(requests).toEqual(["/events?after=1&follow=true Bearer token1"]);
});

test("a connection that breaks, and a platform that is away, are waited for; what was heard is not asked for again", async () => {
  const { said, requests } = await follow(
    (response) => {
      response
        .writeHead(200, { "content-type": "text/event-stream" })
        .write(event(5, "message", "first"), () => response.destroy());
    },
    (response) => response.writeHead(502, { "content-type": "text/html" }).end("<html>"),
    stream(event(5, "message", "first"), event(6, "message", "last")),
  );
  expect(said.map(({ text }) => text)).toEqual(["first", "last"]);
  expect(requests.map((request) => request.split("&")[0])).toEqual([
    "/events?after=1",
    "/events?after=5",
    "/events?after=5",
  ]);
  expect(requests.at(-1)).toContain("token3");
});

test("what is no stream of events is asked for again", async () => {
  const { said } = await follow(
    (response) => response.writeHead(200, { "content-type": "text/html" }).end(event(2, "message", "no")),
    stream("data: {no json\n\n"),
    stream(event(2, "message", "last")),
  );
  expect(said).toEqual([{ number: 2, text: "last" }]);
}, 20_000);

test.each([401, 403, 404])("after %i there is nothing more to wait for", async (status) => {
  const { warnings, requests } = await follow((response) => response.writeHead(status).end());
  expect([warnings, requests.length]).toEqual([[`messages cannot be read: status ${status}`], 1]);
});
