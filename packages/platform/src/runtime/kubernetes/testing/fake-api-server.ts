import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Duplex } from "node:stream";

/** What it does with a request; false when it leaves that to others. */
export type Handler = (request: IncomingMessage, response: ServerResponse, url: URL) => boolean;

/** An HTTP server that speaks of pods as an API server does, and is as unreliable as it is told to be. */
export interface FakeApiServer extends AsyncDisposable {
  /** A kubeconfig that names it. */
  readonly kubeconfig: string;
  /** Asked in order; what none takes is answered 404. */
  readonly handlers: Handler[];
  /** Method and address of each request. */
  readonly requests: readonly string[];
  /** Takes connections that become something else, such as a WebSocket. */
  onUpgrade(take: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
  /** Breaks all connections. */
  breakConnections(): void;
}

export async function startFakeApiServer(): Promise<FakeApiServer> {
  const directory = await mkdtemp(join(tmpdir(), "fake-api-server-"));
  const handlers: Handler[] = [];
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? "/", "http://here");
    if (!handlers.some((handler) => handler(request, response, url))) answer(response, 404, status("NotFound"));
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, JSON.stringify(configOf(server.address())));
  const breakConnections = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    kubeconfig,
    handlers,
    requests,
    onUpgrade: (take) => void server.on("upgrade", take),
    breakConnections,
    async [Symbol.asyncDispose]() {
      breakConnections();
      server.close();
      await once(server, "close");
      await rm(directory, { recursive: true });
    },
  };
}

function configOf(address: AddressInfo | string | null): object {
  if (address === null || typeof address === "string") throw new Error("an HTTP server has a port");
  const name = "fake";
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: `http://127.0.0.1:${address.port}`, "insecure-skip-tls-verify": true } }],
    users: [{ name, user: { token: "a-token" } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  };
}

export function answer(response: ServerResponse, code: number, body: object): void {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** A failure as an API server tells of it. */
export function status(reason: string, message: string = reason): object {
  return { kind: "Status", apiVersion: "v1", status: "Failure", reason, message };
}
