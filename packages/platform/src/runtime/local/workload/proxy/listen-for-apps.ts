import { once } from "node:events";
import type { Server } from "node:http";
import { join } from "node:path";
import { errorCode, readIfPresent, writePrivately } from "../../../../db/embedded/files.ts";
import { UserError } from "../../../../user-error.ts";

/** Where the reverse proxy is to listen. */
export interface AppsSite {
  readonly host: string;
  /** 0 for any. */
  readonly port: number;
  /** Whether no other port will do, as somebody has chosen this one. */
  readonly isFixed: boolean;
}

export interface AppsPlace extends AppsSite {
  /** Remembers there which other port it took, so that its URLs stay what they are. */
  readonly dataDirectory: string;
}

/** Listens, and gives the port. @throws UserError when that is not possible */
export async function listenForApps(
  server: Server,
  { host, port, isFixed, dataDirectory }: AppsPlace,
): Promise<number> {
  if (isFixed || port === 0) return await listen(server, host, port);
  const file = join(dataDirectory, "apps-port");
  const remembered = Number(await readIfPresent(file));
  const wanted = Number.isInteger(remembered) && remembered > 0 && remembered < 65_536 ? remembered : port;
  try {
    return await listen(server, host, wanted);
  } catch (error) {
    if (!(error instanceof PortTakenError)) throw error;
    const other = await listen(server, host, 0);
    await writePrivately(file, String(other));
    return other;
  }
}

class PortTakenError extends UserError {}

async function listen(server: Server, host: string, port: number): Promise<number> {
  try {
    await once(server.listen({ host, port }), "listening");
  } catch (error) {
    throw problem(error, host, port);
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the reverse proxy does not listen on a port");
  return address.port;
}

function problem(error: unknown, host: string, port: number): unknown {
  const advice = "choose another address for deployments and previews with PLATFORM_APPS_LISTEN";
  switch (errorCode(error)) {
    case "EADDRINUSE":
      return new PortTakenError(`port ${port} is in use by another program: stop it, or ${advice}`);
    case "EACCES":
      return new UserError(`not allowed to listen on ${host}:${port}: ${advice}`);
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new UserError(`${host}:${port} is not an address of this machine: ${advice}`);
    default:
      return error;
  }
}
