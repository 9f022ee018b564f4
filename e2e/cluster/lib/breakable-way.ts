import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";

/** A way to the API server that can be closed, as if that were restarted: connections break, and new ones are refused. */
export interface BreakableWay extends AsyncDisposable {
  close(): void;
  open(): void;
}

/** Rewrites a kubeconfig in JSON so that its cluster is reached by a way that can be closed. */
export async function breakableWay(kubeconfig: string): Promise<BreakableWay> {
  const config = JSON.parse(await readFile(kubeconfig, "utf8"));
  const { cluster } = config.clusters[0];
  const server = new URL(cluster.server);
  let isClosed = false;
  const sockets = new Set<Socket>();
  const proxy = createServer((client) => {
    if (isClosed) return void client.resetAndDestroy();
    const upstream = connect(Number(server.port || 443), server.hostname);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on("error", () => {})
        .once("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  }).listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  cluster["tls-server-name"] ??= server.hostname;
  cluster.server = `https://127.0.0.1:${address.port}`;
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return {
    close() {
      isClosed = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    open() {
      isClosed = false;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      proxy.close();
      await once(proxy, "close");
    },
  };
}
