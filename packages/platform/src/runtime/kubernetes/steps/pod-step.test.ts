import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type KubeClient, openKubeClient } from "../client.ts";
import { ContainerWatch } from "../container-watch.ts";
import { answer, type FakeApiServer, startFakeApiServer } from "../testing/fake-api-server.ts";
import { fakeLog } from "../testing/fake-log.ts";
import { PodStep } from "./pod-step.ts";

let server: FakeApiServer;
let client: KubeClient;
/** What the next command in the pod does. */
let behave: (socket: WebSocket) => void;
let isThere: boolean;
beforeAll(async () => {
  server = await startFakeApiServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  server.onUpgrade((request, socket, head) => sockets.handleUpgrade(request, socket, head, (taken) => behave(taken)));
  server.handlers.push(fakeLog().handler, ({ method }, response, url) => {
    if (!url.pathname.endsWith("/pods/pod") || !isThere) return false;
    if (method === "DELETE") isThere = false;
    const containerStatuses = [{ name: "step", state: { running: {} } }];
    answer(response, 200, { metadata: { name: "pod", uid: "u" }, status: { phase: "Running", containerStatuses } });
    return true;
  });
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
});
afterAll(() => server[Symbol.asyncDispose]());

test.for<[string, number, (socket: WebSocket) => void]>([
  ["does not answer", 100, () => {}],
  [
    "talks without end",
    60_000,
    (socket) => {
      const block = Buffer.alloc(100_000, 1);
      const talk = () => socket.readyState === socket.OPEN && socket.send(block, () => setImmediate(talk));
      talk();
    },
  ],
])("a step that %s when it is asked to end is ended with its pod", async ([, patience, acting]) => {
  behave = acting;
  isThere = true;
  const life = new AbortController();
  const pod = { name: "pod", uid: "u" };
  const watch = new ContainerWatch(client, pod, { signal: life.signal, onError: () => {} });
  const logger = { warn: vi.fn() };
  const step = new PodStep({
    ...{ client, pod, secretName: "secret", watch, life, begun: 0n, logger, patience },
    output: async () => {},
  });
  step.stop();
  await expect.poll(() => isThere).toBe(false);
  await step.dispose();
  await expect(step.exited).resolves.toMatchObject({ exitCode: null });
});
