import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the system gives to connections on its own (`ip_local_port_range`), which would come between. */
const first = 20_000;
const count = 10_000;

/** Ports for programs that are told one and listen on it a while later. */
export class FreePorts {
  readonly #taken = new Set<number>();

  /** A port on which nothing listens, at any address of this machine, and that nobody else gets from here. */
  async take(): Promise<number> {
    for (let tries = 0; tries < count; tries++) {
      const port = randomInt(first, first + count);
      if (this.#taken.has(port)) continue;
      this.#taken.add(port);
      if (await isFree(port)) return port;
      this.#taken.delete(port);
    }
    throw new Error(`there is no free port from ${first} to ${first + count - 1}`);
  }

  giveBack(port: number): void {
    this.#taken.delete(port);
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), "listening");
    return true;
  } catch {
    return false;
  } finally {
    const closed = once(server, "close");
    server.close();
    if (server.listening) await closed;
  }
}
