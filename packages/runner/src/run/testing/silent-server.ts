import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";

/** Takes connections and never answers. */
export class SilentServer implements AsyncDisposable {
  readonly url: string;
  /** Resolves when something was asked. */
  readonly asked: Promise<void>;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, asked: Promise<void>) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
    this.url = `http://127.0.0.1:${address.port}/silent.git`;
    this.asked = asked;
    this.#server = server;
    this.#sockets = sockets;
  }

  static async create(): Promise<SilentServer> {
    const sockets = new Set<Socket>();
    const { promise, resolve } = Promise.withResolvers<void>();
    const server = createServer((socket) => {
      sockets.add(socket);
      // Whoever is asked to end closes it at any moment.
      socket.on("error", () => {}).once("data", () => resolve());
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new SilentServer(server, sockets, promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
