import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/** A proxy that breaks a connection once so many bytes have gone to the server over it. */
export interface CuttingProxy extends AsyncDisposable {
  readonly port: number;
  /** Breaks each later connection after this many bytes from the client. */
  cutAfter(bytes: number): void;
}

/** Starts a proxy on loopback before a port of this machine; it cuts nothing until it is told to. */
export async function cuttingProxy(target: number): Promise<CuttingProxy> {
  let limit = Number.POSITIVE_INFINITY;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, "127.0.0.1");
    let left = limit;
    const cut = () => {
      client.resetAndDestroy();
      upstream.resetAndDestroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", cut).once("close", () => {
        sockets.delete(socket);
        cut();
      });
    }
    client.on("data", (chunk) => {
      const part = chunk.subarray(0, left);
      left -= part.length;
      upstream.write(part, () => {
        if (left <= 0) cut();
      });
    });
    upstream.pipe(client);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    port: address.port,
    cutAfter(bytes) {
      limit = bytes;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
