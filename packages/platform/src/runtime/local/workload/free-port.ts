import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that the system gives to connections on its own (`ip_local_port_range`), which would come between. */
const first = 20_000;
const count = 10_000;

/** A port on which nothing listens, at any address of this machine. @param taken those that are given away already */
export async function freePort(taken: ReadonlySet<number>): Promise<number> {
  for (let tries = 0; tries < count; tries++) {
    const port = randomInt(first, first + count);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new Error(`there is no free port from ${first} to ${first + count - 1}`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port), "listening");
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
