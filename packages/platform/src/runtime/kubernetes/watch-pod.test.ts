import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type KubeClient, openKubeClient } from "./client.ts";
import { KubeError } from "./kube-error.ts";
import { retry } from "./retry.ts";
import { answer, type FakeApiServer, startFakeApiServer, status } from "./testing/fake-api-server.ts";
import { readPod, watchPod } from "./watch-pod.ts";

let server: FakeApiServer;
let client: KubeClient;
beforeAll(async () => {
  server = await startFakeApiServer();
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
});
afterAll(() => server[Symbol.asyncDispose]());

/** A pod of a given state, and a watch whose answers are kept to be used. */
function serve(pod: { uid: string; phase: string }) {
  const watches: ServerResponse[] = [];
  const state = { ...pod, failures: 0, watches };
  server.handlers.splice(0, Number.POSITIVE_INFINITY, (_, response, url) => {
    if (url.searchParams.get("watch") === "true") {
      response.writeHead(200, { "content-type": "application/json" }).flushHeaders();
      watches.push(response);
    } else if (state.failures > 0) {
      state.failures--;
      answer(response, 503, status("ServiceUnavailable", "not yet"));
    } else {
      answer(response, 200, { metadata: { name: "pod", uid: state.uid }, status: { phase: state.phase } });
    }
    return true;
  });
  return state;
}

const id = { name: "pod", uid: "first" };
/** So that only a watch can have told of it. */
const never = 1_000_000;

test("a change is seen when a watch tells of anything, even of its own end as too old", async () => {
  const state = serve({ uid: "first", phase: "Pending" });
  const looks = watchPod(client, id, { signal: new AbortController().signal, poll: never });
  expect((await looks.next()).value?.status?.phase).toBe("Pending");
  state.phase = "Running";
  const next = looks.next();
  await vi.waitUntil(() => state.watches.length > 0);
  state.watches[0]?.end(`${JSON.stringify({ type: "ERROR", object: status("Expired", "too old") })}\n`);
  expect((await next).value?.status?.phase).toBe("Running");
  state.uid = "another";
  const last = looks.next();
  await vi.waitUntil(() => state.watches.length > 1);
  state.watches[1]?.write("{}\n");
  await expect(last).resolves.toEqual({ value: undefined, done: false });
  expect((await looks.next()).done).toBe(true);
});

test("without a watch it is seen all the same, and an API server that is away is waited for", async () => {
  const state = serve({ uid: "first", phase: "Pending" });
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  const stopping = new AbortController();
  const looks = watchPod(client, id, { signal: stopping.signal, poll: 10, onError });
  await looks.next();
  state.failures = 2;
  server.breakConnections();
  await vi.waitUntil(async () => (await looks.next()).value !== undefined && errors.length >= 2);
  expect(errors.some((error) => error instanceof KubeError && error.isTransient && /not yet/.test(error.message))).toBe(
    true,
  );
  stopping.abort(new Error("enough"));
  await expect(looks.next()).rejects.toThrow("enough");
});

test("what may pass is tried again, and a refusal is not", async () => {
  const state = serve({ uid: "first", phase: "Running" });
  state.failures = 2;
  await expect(retry(() => readPod(client, "pod"))).resolves.toMatchObject({ status: { phase: "Running" } });
  const before = server.requests.length;
  server.handlers.splice(0, Number.POSITIVE_INFINITY, (_, response) => {
    answer(response, 403, status("Forbidden", 'pods "pod" is forbidden'));
    return true;
  });
  const refusal = { status: 403, reason: "Forbidden", message: 'pods "pod" is forbidden' };
  await expect(retry(() => readPod(client, "pod"))).rejects.toMatchObject(refusal);
  expect(server.requests.length).toBe(before + 1);
});

test("a request ends with its signal, and one that nobody answers says why", async () => {
  server.handlers.splice(0, Number.POSITIVE_INFINITY, () => true);
  const stopping = new AbortController();
  const asked = readPod(client, "pod", stopping.signal);
  stopping.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
  server.handlers.splice(0, Number.POSITIVE_INFINITY, (request) => {
    request.socket.destroy();
    return true;
  });
  await expect(readPod(client, "pod")).rejects.toThrow(/^the API server cannot be reached: /);
});
