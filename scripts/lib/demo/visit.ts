import { request } from "node:http";
import { text } from "node:stream/consumers";

/** What somebody sees who opens an address. */
export interface Visited {
  readonly status: number;
  readonly body: string;
}

/**
 * Opens an address of a deployment or preview on this machine as a browser does: names below `localhost` lead here without
 * anybody being asked, which not every resolver knows.
 */
export function visit(address: string): Promise<Visited> {
  const { host, hostname, port, pathname, search } = new URL(address);
  const connectTo = hostname.endsWith(".localhost") ? "127.0.0.1" : hostname;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: connectTo, port, path: `${pathname}${search}`, headers: { host }, agent: false },
      (response) => {
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
      },
    );
    sent.on("error", reject).end();
  });
}
