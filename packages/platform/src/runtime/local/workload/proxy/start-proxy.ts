import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { appHost, appKey, appKeyIn } from "./app-host.ts";
import { forwardRequest } from "./forward-request.ts";
import { answerHead, forwardUpgrade } from "./forward-upgrade.ts";
import { type AppsPlace, listenForApps } from "./listen-for-apps.ts";
import { type Page, pages, render } from "./pages.ts";
import { framingOf, isClear } from "./request-body.ts";
import type { App, AppName } from "./target.ts";

/** Where workloads answer, each under a host name of its own. */
export interface AppsProxy {
  readonly port: number;
  urlOf(name: AppName): string;
  add(app: App): void;
  remove(app: App): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

/** @throws UserError when it cannot listen where it is to */
export async function startProxy(place: AppsPlace): Promise<AppsProxy> {
  const apps = new Map<string, App>();
  const upgraded = new Set<Duplex>();

  /** Where a request goes, or what is answered instead. */
  const targetOf = (request: IncomingMessage) => {
    if (!isClear(request)) return pages.badRequest;
    const target = apps.get(appKeyIn(request.headers.host) ?? "")?.target ?? "unknown";
    return typeof target === "string" ? pages[target] : target;
  };

  const answer = (page: Page, request: IncomingMessage, response: ServerResponse) => {
    const { status, headers, body } = render(page, request);
    // What is left of the request's body is not read.
    response.writeHead(status, { ...headers, Connection: "close" }).end(body);
  };

  const server = createServer({ requestTimeout: 0 }, async (request, response) => {
    const target = targetOf(request);
    if ("status" in target) return answer(target, request, response);
    const end = target.begin();
    await forwardRequest(request, response, target.address, () => answer(pages.broken, request, response));
    end();
  });
  server.on("upgrade", async (request, socket, head) => {
    upgraded.add(socket);
    socket.once("close", () => upgraded.delete(socket)).on("error", () => {});
    const refuse = (page: Page) => {
      const { status, headers, body } = render(page, request);
      socket.end(answerHead(status, [...Object.entries(headers).flat(), "Connection", "close"]) + body);
    };
    const target = targetOf(request);
    if ("status" in target) return refuse(target);
    // Its body would be taken for the beginning of the other protocol.
    if (framingOf(request) !== "none") return refuse(pages.badRequest);
    const end = target.begin();
    await forwardUpgrade(request, socket, head, target.address, () => refuse(pages.broken));
    end();
  });

  const port = await listenForApps(server, place);
  // It is not what the platform runs for.
  server.unref();
  return {
    port,
    urlOf: (name) => `http://${appHost(name)}:${port}/`,
    add: (app) => void apps.set(appKey(app.name), app),
    remove(app) {
      const key = appKey(app.name);
      if (apps.get(key) === app) apps.delete(key);
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      for (const socket of upgraded) socket.destroy();
      await closed;
    },
  };
}
