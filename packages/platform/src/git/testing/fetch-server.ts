import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { advertiseRefs } from "../advertise-refs.ts";
import type { Repository } from "../repository.ts";
import { uploadPack } from "../upload-pack.ts";

export interface FetchServer extends AsyncDisposable {
  readonly port: number;
  /** Each request seen: its authorization, encoding and protocol. */
  readonly requests: { authorization?: string; encoding?: string; protocol?: string; url: string }[];
}

function headersOf(request: IncomingMessage) {
  const { authorization, "content-encoding": encoding, "git-protocol": protocol } = request.headers;
  return {
    url: request.url ?? "",
    ...(authorization === undefined ? {} : { authorization }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(typeof protocol === "string" ? { protocol } : {}),
  };
}

/** Serves a repository over smart HTTP on loopback; with `credential` (`user:password`) to those who give it. */
export async function fetchServer(repository: Repository, credential?: string): Promise<FetchServer> {
  const requests: FetchServer["requests"] = [];
  const server = createServer((request, response) => {
    const seen = headersOf(request);
    requests.push(seen);
    const wanted = credential && `Basic ${Buffer.from(credential).toString("base64")}`;
    if (wanted && seen.authorization !== wanted) {
      response.writeHead(401, { "www-authenticate": 'Basic realm="test"' }).end();
      return;
    }
    const isAdvertisement = seen.url.endsWith("/info/refs?service=git-upload-pack");
    let answer: Readable;
    if (isAdvertisement) answer = advertiseRefs(repository, "git-upload-pack", seen);
    else answer = uploadPack(repository, request, seen);
    const type = `application/x-git-upload-pack-${isAdvertisement ? "advertisement" : "result"}`;
    response.writeHead(200, { "content-type": type });
    answer.on("error", () => response.destroy());
    response.on("close", () => answer.destroy());
    answer.pipe(response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
