import { type AddressInfo, createServer, type Socket } from "node:net";

export interface TcpServer extends AsyncDisposable {
  readonly url: string;
  /** The heads of the requests that arrived whole, in order. */
  readonly heads: readonly string[];
  /** Connections accepted. */
  connections(): number;
  /** Resolves when the client has ended its `count`-th connection. */
  closed(count: number): Promise<void>;
}

interface Behaviour {
  /** A connection was accepted. */
  readonly accept?: (socket: Socket, count: number) => void;
  /** The head of a request has arrived; `count` is its number from 1. */
  readonly request?: (socket: Socket, count: number) => void;
}

/** A server on loopback that does on the socket whatever a test wants, such as no HTTP server would. */
export async function startTcpServer(behaviour: Behaviour): Promise<TcpServer> {
  const heads: string[] = [];
  const sockets: Socket[] = [];
  const closed: Promise<void>[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    closed.push(new Promise((resolve) => socket.once("close", () => resolve())));
    // The client resets connections in these tests.
    socket.on("error", () => {});
    let received = "";
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      for (let end = received.indexOf("\r\n\r\n"); end >= 0; end = received.indexOf("\r\n\r\n")) {
        heads.push(received.slice(0, end));
        received = received.slice(end + 4);
        behaviour.request?.(socket, heads.length);
      }
    });
    behaviour.accept?.(socket, sockets.length);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    heads,
    connections: () => sockets.length,
    async closed(count) {
      while (closed.length < count) await new Promise((resolve) => server.once("connection", resolve));
      await closed[count - 1];
    },
    async [Symbol.asyncDispose]() {
      const stopped = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await stopped;
    },
  };
}

/** Ends a connection with a TCP reset. */
export function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** A port on loopback where nothing listens. */
export async function freeUrl(): Promise<string> {
  const server = await startTcpServer({});
  await server[Symbol.asyncDispose]();
  return server.url;
}
