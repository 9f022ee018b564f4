import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type KubeClient, openKubeClient } from "./client.ts";
import { followLog } from "./follow-log.ts";
import { answer, type FakeApiServer, startFakeApiServer, status } from "./testing/fake-api-server.ts";
import { fakeLog } from "./testing/fake-log.ts";

let server: FakeApiServer;
let client: KubeClient;
beforeAll(async () => {
  server = await startFakeApiServer();
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
});
afterAll(() => server[Symbol.asyncDispose]());

const time = Date.parse("2026-11-22T10:00:00Z");

/** A reader of a log, which stops where it is told to. */
function read(ended: Promise<unknown>, cursor: string | null = null) {
  const stopping = new AbortController();
  let text = "";
  let last = cursor;
  const result = followLog(client, {
    ...{ pod: "pod", container: "main", cursor, ended, signal: stopping.signal },
    output: async (chunk, position) => {
      text += Buffer.from(chunk);
      last = position;
    },
  });
  result.catch(() => {});
  return { result, stopping, text: () => text, cursor: () => last };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await turn();
}

test("a log is followed across broken connections and answers that are none, and read to its end by whoever goes on", async () => {
  const log = fakeLog();
  let refusals = 0;
  server.handlers.splice(0, Number.POSITIVE_INFINITY, log.handler);
  const ended = Promise.withResolvers<void>();
  const first = read(ended.promise);
  log.add("one", time);
  log.add("two", time + 10);
  await until(() => first.text() === "one\ntwo\n");
  server.handlers.unshift((_, response) => {
    if (++refusals > 2) return false;
    answer(response, 500, status("InternalError", "etcdserver: request timed out"));
    return true;
  });
  server.breakConnections();
  log.add("three", time + 5);
  await until(() => first.text().endsWith("three\n"));
  expect(refusals).toBeGreaterThan(2);
  first.stopping.abort(new Error("given up"));
  await expect(first.result).rejects.toThrow("given up");

  const second = read(ended.promise, first.cursor());
  log.add("four", time + 7_000);
  await until(() => second.text() === "four\n");
  log.add("five", time + 7_001);
  log.end();
  ended.resolve();
  await expect(second.result).resolves.toBe(true);
  expect(first.text() + second.text()).toBe("one\ntwo\nthree\nfour\nfive\n");
  expect(server.requests.at(-1)).toMatch(/follow=false&timestamps=true&sinceTime=/);
});

test("what was written while nobody followed is read once more after the end", async () => {
  const log = fakeLog();
  // A stream that ends too early, though its container goes on.
  let streams = 0;
  server.handlers.splice(0, Number.POSITIVE_INFINITY, (request, response, url) => {
    if (url.searchParams.get("follow") === "true" && ++streams > 0) {
      response.writeHead(200).end();
      return true;
    }
    return log.handler(request, response, url);
  });
  const ended = Promise.withResolvers<void>();
  const reader = read(ended.promise);
  log.add("last words", time);
  await until(() => streams > 0);
  ended.resolve();
  await expect(reader.result).resolves.toBe(true);
  expect(reader.text()).toBe("last words\n");
});

test("of a pod that is gone, the rest of the log is not to be had", async () => {
  server.handlers.length = 0;
  await expect(read(new Promise(() => {})).result).resolves.toBe(false);
});

test("a container of which nobody knows any more when it ends is no failure of its log's", async () => {
  const log = fakeLog();
  server.handlers.splice(0, Number.POSITIVE_INFINITY, log.handler);
  const ended = Promise.withResolvers<void>();
  const reader = read(ended.promise);
  log.add("one", time);
  await until(() => reader.text() === "one\n");
  // A failure that nobody takes would fail the tests.
  ended.reject(new Error("given up"));
  log.end();
  await expect(reader.result).resolves.toBe(true);
});
