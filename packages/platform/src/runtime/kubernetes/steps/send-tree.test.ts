import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type KubeClient, openKubeClient } from "../client.ts";
import { ContainerWatch } from "../container-watch.ts";
import { answer, type FakeApiServer, startFakeApiServer } from "../testing/fake-api-server.ts";
import { sendTree } from "./send-tree.ts";

let server: FakeApiServer;
let client: KubeClient;
let tree: string;
/** How the waiting container ended, once it has. */
let exitCode: number | undefined;
const watches: ServerResponse[] = [];
/** What becomes of each connection, in order. */
const connections: ((socket: WebSocket) => void)[] = [];

beforeAll(async () => {
  server = await startFakeApiServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  server.onUpgrade((request, socket, head) => {
    const behave = connections.shift();
    if (behave === undefined) return void socket.destroy();
    sockets.handleUpgrade(request, socket, head, behave);
  });
  server.handlers.push((_, response, url) => {
    if (url.searchParams.get("watch") === "true") {
      response.writeHead(200).flushHeaders();
      watches.push(response);
      return true;
    }
    const state = exitCode === undefined ? { running: {} } : { terminated: { exitCode } };
    const initContainerStatuses = [{ name: "prepare", state }];
    answer(response, 200, { metadata: { name: "pod", uid: "u" }, status: { phase: "Pending", initContainerStatuses } });
    return true;
  });
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
  tree = await mkdtemp(join(tmpdir(), "send-tree-"));
  await mkdir(join(tree, "dir"));
  await writeFile(join(tree, "dir", "large"), Buffer.alloc(3_000_000, 1));
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(tree, { recursive: true });
});

const say = (socket: WebSocket, channel: number, text: string) =>
  socket.send(Buffer.from([channel, ...Buffer.from(text)]));

/** Counts the empty frames of what a socket sends. */
function onEmptyFrames(socket: WebSocket, act: (count: number) => void): void {
  let count = 0;
  socket.on("message", (data: Buffer) => {
    if (data.equals(Buffer.alloc(5))) act(++count);
  });
}

test("a tree is sent until it has arrived, and whoever waits is asked once", async () => {
  const cut = (after: number) => (socket: WebSocket) => {
    let size = 0;
    socket.on("message", (data: Buffer) => {
      size += data.length;
      if (size > after) socket.terminate();
    });
  };
  connections.push(cut(0), cut(1_000_000), (socket) => {
    // All has arrived, but nobody learns that the step was allowed to begin.
    onEmptyFrames(socket, (count) => (count === 1 ? say(socket, 1, "12345678901234567890\n") : socket.terminate()));
  });
  connections.push((socket) => {
    onEmptyFrames(socket, (count) => {
      if (count === 1) return say(socket, 1, "12345678901234567891\n");
      // As its container ends, it is ended too.
      exitCode = 0;
      for (const response of watches) response.write("{}\n");
      say(
        socket,
        3,
        JSON.stringify({ status: "Failure", details: { causes: [{ reason: "ExitCode", message: "137" }] } }),
      );
    });
  });
  const { signal } = new AbortController();
  const life = new AbortController();
  const watch = new ContainerWatch(client, { name: "pod", uid: "u" }, { signal: life.signal, onError: () => {} });
  const starting = vi.fn(async () => {});
  const begun = sendTree(client, { pod: "pod", tree, watch, starting, signal, endPatience: 2_000 });
  await expect(begun).resolves.toBe(12345678901234567891n);
  expect(starting).toHaveBeenCalledOnce();
  expect(connections).toEqual([]);
  life.abort();
});

test("what refuses the start, and a tree that cannot be unpacked, end it", async () => {
  exitCode = undefined;
  const life = new AbortController();
  const watch = new ContainerWatch(client, { name: "pod", uid: "u" }, { signal: life.signal, onError: () => {} });
  const { signal } = new AbortController();
  const options = { pod: "pod", tree, watch, signal, starting: () => Promise.reject(new Error("not any more")) };
  connections.push((socket) => onEmptyFrames(socket, () => say(socket, 1, "1\n")));
  await expect(sendTree(client, options)).rejects.toThrow("not any more");
  connections.push((socket) => {
    say(socket, 2, "tar: No space left on device\n");
    say(socket, 3, JSON.stringify({ status: "Failure", details: { causes: [{ reason: "ExitCode", message: "1" }] } }));
  });
  await expect(sendTree(client, options)).rejects.toThrow(
    "The work tree cannot be put into the pod: tar: No space left on device",
  );
  life.abort();
});
