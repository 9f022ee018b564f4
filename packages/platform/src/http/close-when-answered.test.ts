import { once } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import fastify from "fastify";
import { expect, test } from "vitest";
import { closeWhenAnswered } from "./close-when-answered.ts";

test("a request that is under way when the server closes is answered, and its connection does not hold the server", async () => {
  const app = fastify({ forceCloseConnections: "idle" });
  closeWhenAnswered(app);
  app.get("/", async (_request, reply) => {
    const body = async function* () {
      yield "begin ";
      while (app.server.listening) await turn();
      yield "end";
    };
    return reply.send(Readable.from(body()));
  });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  const response = await fetch(url);
  const closed = app.close();
  expect(await response.text()).toBe("begin end");
  await closed;
});

test("a connection on which nothing has come yet does not hold the server, as clients open them for later", async () => {
  const app = fastify({ forceCloseConnections: "idle" });
  closeWhenAnswered(app);
  const url = new URL(await app.listen({ host: "127.0.0.1", port: 0 }));
  const socket = connect(Number(url.port), url.hostname);
  socket.on("error", () => {});
  await once(app.server, "connection");
  const ended = once(socket, "close");
  await app.close();
  await ended;
});
