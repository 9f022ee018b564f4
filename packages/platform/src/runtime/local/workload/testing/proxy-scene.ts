import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type RequestOptions,
  request,
  Server,
} from "node:http";
import { connect, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startProxy } from "../proxy/start-proxy.ts";
import type { App } from "../proxy/target.ts";

/** Something that has a host name at the proxy. */
export interface TestApp {
  /** With the proxy's port. */
  readonly host: string;
  /** Requests that are under way. */
  readonly underWay: number;
}

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

/** A reverse proxy, and what is behind it. */
export interface ProxyScene extends AsyncDisposable {
  readonly port: number;
  /** A web server behind it. */
  web(listener: RequestListener): Promise<TestApp & { readonly server: Server }>;
  /** A program that is told the first bytes of each connection, and does with it what it likes. */
  raw(onFirst: (socket: Socket, first: string) => void): Promise<TestApp>;
  /** What does not answer; or, with a port, should. */
  app(target: "starting" | "down" | number): TestApp;
  open(app: Pick<TestApp, "host">, options?: RequestOptions): ReturnType<typeof request>;
  get(app: Pick<TestApp, "host">, options?: RequestOptions, body?: string): Promise<Answered>;
  /** Sends lines as they are and gives all that comes back until the proxy ends the connection, or has said so much. */
  send(lines: readonly string[], isEnough?: (answer: string) => boolean): Promise<string>;
}

export async function openProxy(): Promise<ProxyScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "platform-proxy-"));
  const proxy = await startProxy({ host: "127.0.0.1", port: 0, isFixed: false, dataDirectory });
  const servers = new Set<Server | TcpServer>();
  let count = 0;

  const add = (target: "starting" | "down" | number): TestApp => {
    const name = { label: `app-${++count}`, projectLabel: "shop" };
    const app = { host: new URL(proxy.urlOf(name)).host, underWay: 0 };
    const begin = () => {
      app.underWay++;
      return () => {
        app.underWay--;
      };
    };
    const behind: App = {
      name,
      target: typeof target === "string" ? target : { address: { host: "127.0.0.1", port: target }, begin },
    };
    proxy.add(behind);
    return app;
  };

  const listen = async (server: Server | TcpServer): Promise<TestApp> => {
    await once(server.listen(0, "127.0.0.1"), "listening");
    servers.add(server);
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("it does not listen on a port");
    return add(address.port);
  };

  const open = ({ host }: Pick<TestApp, "host">, { headers, ...options }: RequestOptions = {}) =>
    request({ host: "127.0.0.1", port: proxy.port, agent: false, headers: { host, ...headers }, ...options });

  return {
    port: proxy.port,
    async web(listener) {
      const server = createServer(listener);
      // It goes on counting.
      return Object.assign(await listen(server), { server });
    },
    raw: (onFirst) =>
      listen(
        createTcpServer((socket) => {
          socket.on("error", () => {});
          socket.once("data", (first) => onFirst(socket, first.toString("latin1")));
        }),
      ),
    app: (target) => add(target),
    open,
    async get(app, options, body) {
      const asked = open(app, options);
      const answer = new Promise<IncomingMessage>((resolve, reject) =>
        asked.on("response", resolve).on("error", reject),
      );
      asked.end(body);
      const { statusCode = 0, headers, rawHeaders } = await answer;
      return { status: statusCode, headers, rawHeaders, body: await text(await answer) };
    },
    async send(lines, isEnough = () => false) {
      const socket = connect(proxy.port, "127.0.0.1");
      socket.write(lines.join("\r\n"), "latin1");
      let answer = "";
      for await (const chunk of socket.setEncoding("latin1")) {
        answer += chunk;
        if (isEnough(answer)) break;
      }
      return answer;
    },
    async [Symbol.asyncDispose]() {
      for (const server of servers) {
        server.close();
        if (server instanceof Server) server.closeAllConnections();
      }
      await proxy.close();
      await rm(dataDirectory, { recursive: true });
    },
  };
}
