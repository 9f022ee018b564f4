import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

/** A TCP proxy that can lose an answer after the server has sent it, and waits for a server that is not there yet. */
export interface AnswerProxy extends AsyncDisposable {
  readonly url: string;
  /** The next answer is kept from the client, whose connection ends with a reset; first `then` runs. */
  loseNext(then?: () => Promise<void>): void;
}

export async function startAnswerProxy(upstream: string): Promise<AnswerProxy> {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<Socket>();
  let fault: (() => Promise<void>) | undefined;
  const server = createServer(async (client) => {
    keep(client);
    const platform = await patientlyConnect(client);
    if (platform === undefined) return;
    keep(platform);
    client.once("close", () => platform.destroy());
    platform.once("close", () => client.destroy());
    client.pipe(platform);
    platform.on("data", (chunk) => {
      if (fault === undefined) return void client.write(chunk);
      const run = fault;
      fault = undefined;
      platform.pause();
      void run().finally(() => client.resetAndDestroy());
    });
  });

  function keep(socket: Socket): void {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  }

  /** A connection to the server, as soon as it listens; undefined when the client has gone. */
  async function patientlyConnect(client: Socket): Promise<Socket | undefined> {
    while (!client.destroyed) {
      const socket = connect(Number(port), hostname);
      const connected = await once(socket, "connect").then(
        () => true,
        () => false,
      );
      if (connected) return socket;
      await delay(20);
    }
    return undefined;
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return {
    url: `http://127.0.0.1:${address.port}`,
    loseNext(then = async () => {}) {
      fault = then;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
