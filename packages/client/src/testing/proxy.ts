import { createServer, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

export interface TestProxy extends AsyncDisposable {
  readonly url: string;
  /** Request lines received, with the value of `Proxy-Authorization` where there was one. */
  readonly seen: readonly string[];
}

/** A proxy on loopback that takes every request, whatever its host, to one server; `refuse` is a status to refuse with. */
export async function startProxy(target: string, refuse?: number): Promise<TestProxy> {
  const { hostname, port } = new URL(target);
  const seen: string[] = [];
  const tunnels = new Set<Duplex>();
  const server = createServer((message, response) => {
    seen.push([message.method, message.url, message.headers["proxy-authorization"]].filter(Boolean).join(" "));
    if (refuse !== undefined) {
      response.writeHead(refuse).end();
      return;
    }
    const path = new URL(message.url ?? "", target).pathname;
    const onward = request({ hostname, port, path, method: message.method, headers: message.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    message.pipe(onward);
  });
  server.on("connect", (message, socket) => {
    seen.push([message.method, message.url, message.headers["proxy-authorization"]].filter(Boolean).join(" "));
    tunnels.add(socket);
    socket.on("error", () => {});
    if (refuse !== undefined) {
      socket.end(`HTTP/1.1 ${refuse} Refused\r\n\r\n`);
      return;
    }
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    onward.on("error", () => socket.destroy());
    socket.on("close", () => onward.destroy());
  });
  const url = await new Promise<string>((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
  });
  return {
    url,
    seen,
    async [Symbol.asyncDispose]() {
      const stopped = new Promise((resolve) => server.close(resolve));
      for (const socket of tunnels) socket.destroy();
      server.closeAllConnections();
      await stopped;
    },
  };
}
