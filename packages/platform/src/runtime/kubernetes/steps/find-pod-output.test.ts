import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type KubeClient, openKubeClient } from "../client.ts";
import { type FakeApiServer, startFakeApiServer } from "../testing/fake-api-server.ts";
import { findPodOutput } from "./find-pod-output.ts";

let server: FakeApiServer;
let client: KubeClient;
/** What becomes of the commands that look and of those that read, in order; the last of each is all later ones'. */
const commands: Record<"look" | "read", ((socket: WebSocket) => void)[]> = { look: [], read: [] };
beforeAll(async () => {
  server = await startFakeApiServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  server.onUpgrade((request, socket, head) => {
    const left = commands[request.url?.includes("command=cat") ? "read" : "look"];
    const act = left.length > 1 ? left.shift() : left[0];
    sockets.handleUpgrade(request, socket, head, (taken) => act?.(taken));
  });
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
});
afterAll(() => server[Symbol.asyncDispose]());

const say = (channel: number, text: string) => (socket: WebSocket) =>
  socket.send(Buffer.from([channel, ...Buffer.from(text)]));
const succeed = say(3, JSON.stringify({ status: "Success" }));
const look = (socket: WebSocket) => {
  say(1, JSON.stringify({ kind: "file", path: "/tree/file" }))(socket);
  succeed(socket);
};
const silent = () => {};
const options = { pod: "pod", begun: 0n, signal: new AbortController().signal, silence: 300 };

test("a connection that says nothing any more is opened anew, and reading goes on where it was", async () => {
  const readAll = (socket: WebSocket) => {
    say(1, "0123456789")(socket);
    succeed(socket);
  };
  commands.look.push(silent, look);
  commands.read.push(silent, say(1, "0123"), readAll);
  const output = await findPodOutput(client, "file", options);
  expect(output?.kind).toBe("file");
  if (output === undefined) return;
  await expect(buffer(output.open()).then(String)).resolves.toBe("0123456789");
  expect(commands).toEqual({ look: [look], read: [readAll] });
});
