import { setImmediate as turn } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { type KubeClient, openKubeClient } from "./client.ts";
import { runCommand, startCommand } from "./exec.ts";
import { type FakeApiServer, startFakeApiServer, status } from "./testing/fake-api-server.ts";

let server: FakeApiServer;
let client: KubeClient;
/** What the next command does. */
let behave: (socket: WebSocket, url: string) => void;
let refusal: string | undefined;
beforeAll(async () => {
  server = await startFakeApiServer();
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => "v4.channel.k8s.io" });
  server.onUpgrade((request, socket, head) => {
    if (refusal !== undefined) socket.end(refusal);
    else sockets.handleUpgrade(request, socket, head, (taken) => behave(taken, request.url ?? ""));
  });
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  client = await openKubeClient({ namespace: "here" });
});
afterAll(() => server[Symbol.asyncDispose]());

const send = (socket: WebSocket, channel: number, content: string | Buffer) =>
  socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(content)]));
const success = JSON.stringify({ status: "Success" });
const exit = (code: number) =>
  JSON.stringify({
    status: "Failure",
    reason: "NonZeroExitCode",
    details: { causes: [{ reason: "ExitCode", message: String(code) }] },
  });
const command = { pod: "pod", container: "main", command: ["say", "$(id) & ä"] };
const { signal } = new AbortController();

test("a command's output, errors and exit code, from the first byte on", async () => {
  let asked = "";
  behave = (socket, url) => {
    asked = url;
    send(socket, 1, "");
    send(socket, 1, "out ");
    send(socket, 2, "problem\n");
    send(socket, 1, "put");
    send(socket, 3, exit(3));
  };
  await expect(runCommand(client, command, signal)).resolves.toEqual({
    exitCode: 3,
    stdout: "out put",
    stderr: "problem",
  });
  expect(new URL(asked, "http://x").searchParams.getAll("command")).toEqual(command.command);
});

test("what a command reads reaches it whole", async () => {
  const read: Buffer[] = [];
  behave = (socket) => {
    socket.on("message", (data: Buffer) => {
      expect(data[0]).toBe(0);
      read.push(data.subarray(1));
      if (Buffer.concat(read).length === 3_000_000) send(socket, 3, success);
    });
  };
  async function* stdin() {
    for (let part = 0; part < 30; part++) yield Buffer.alloc(100_000, part);
  }
  await expect(runCommand(client, { ...command, stdin: stdin() }, signal)).resolves.toMatchObject({ exitCode: 0 });
  expect(Buffer.concat(read).every((byte, index) => byte === Math.floor(index / 100_000))).toBe(true);
});

test("output that nobody reads is not taken either", async () => {
  let sent = 0;
  behave = (socket) => {
    const fill = () => {
      if (sent >= 60_000_000) return send(socket, 3, success);
      sent += 1_000_000;
      socket.send(Buffer.alloc(1_000_001, 1), fill);
    };
    fill();
  };
  const execution = await startCommand(client, command, signal);
  for (let before = -1; before !== sent; ) {
    before = sent;
    for (let count = 0; count < 2_000; count++) await turn();
  }
  expect(sent).toBeLessThan(40_000_000);
  let size = 0;
  for await (const chunk of execution.stdout) size += chunk.length;
  expect(size).toBe(60_000_000);
  await expect(execution.ended).resolves.toMatchObject({ exitCode: 0 });
});

test("a lost connection is no end, and can be tried again", async () => {
  behave = (socket) => {
    send(socket, 1, "some");
    setImmediate(() => socket.terminate());
  };
  await expect(runCommand(client, command, signal)).rejects.toMatchObject({ name: "KubeError", isTransient: true });
  behave = (socket) => send(socket, 3, JSON.stringify({ status: "Failure", message: "error dialing backend" }));
  await expect(runCommand(client, command, signal)).rejects.toThrow(/error dialing backend/);
  behave = (socket) => send(socket, 3, "nonsense");
  await expect(runCommand(client, command, signal)).rejects.toThrow(/nonsense/);
});

test("a refusal says why", async () => {
  const body = JSON.stringify(status("Forbidden", "pods/exec is forbidden"));
  refusal = `HTTP/1.1 403 Forbidden\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`;
  await expect(runCommand(client, command, signal)).rejects.toMatchObject({
    status: 403,
    message: "pods/exec is forbidden",
  });
  refusal = undefined;
});

test("a command ends with its signal, and with what it cannot be given", async () => {
  behave = () => {};
  const stopping = new AbortController();
  const running = runCommand(client, command, stopping.signal);
  stopping.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  // biome-ignore lint/correctness/useYield: it fails before
  async function* stdin(): AsyncGenerator<Uint8Array> {
    throw new Error("nothing to read");
  }
  await expect(runCommand(client, { ...command, stdin: stdin() }, signal)).rejects.toThrow("nothing to read");
});

test("who prints without end is cut off", async () => {
  const closed = Promise.withResolvers<void>();
  behave = (socket) => {
    const talk = () => socket.readyState === socket.OPEN && send(socket, 1, Buffer.alloc(100_000, 65));
    const timer = setInterval(talk, 1);
    socket.once("close", () => {
      clearInterval(timer);
      closed.resolve();
    });
  };
  await expect(runCommand(client, command, signal)).rejects.toMatchObject({ name: "KubeError", isTransient: false });
  await closed.promise;
});
