import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import type { Tool } from "../tools/tool.ts";
import { type CallerOptions, type ToolCaller, toolCaller } from "./tool-caller.ts";

export const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

/** An id that is the same for a number in every run. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

/** What answers a request: JSON, or a function that writes the answer itself. */
export type Route = object | ((response: ServerResponse, query: URLSearchParams) => void);

export interface StandInOptions extends Omit<CallerOptions, "url" | "project"> {
  readonly tools: readonly Tool[];
  /** Answers by request, such as `GET /pipelines`: the path below the project. What is not there is not found. */
  readonly routes: Readonly<Record<string, Route>>;
}

/** The tools of a server on a platform that answers as a test wants it. */
export interface StandInPlatform extends AsyncDisposable {
  readonly call: ToolCaller["call"];
  /** Method, path and query of each request in order, below the project. */
  readonly requests: readonly string[];
  /** The bodies of those requests that had one. */
  readonly bodies: readonly unknown[];
}

export async function standInPlatform({ tools, routes, ...options }: StandInOptions): Promise<StandInPlatform> {
  const requests: string[] = [];
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? "", "http://platform");
    const key = `${request.method} ${pathname.replace(`/api/projects/${project}`, "")}`;
    requests.push(key + search);
    const body = await text(request);
    if (body !== "") bodies.push(JSON.parse(body));
    const route = routes[key] ?? sendJson(404, { error: "not found" });
    if (typeof route === "function") route(response, searchParams);
    else sendJson(200, route)(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const caller = toolCaller(tools, { url: `http://127.0.0.1:${address.port}`, project, ...options });
  return {
    call: caller.call,
    requests,
    bodies,
    async [Symbol.asyncDispose]() {
      await caller[Symbol.asyncDispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

export function sendJson(status: number, value: unknown): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

/** A page for browsers, as some platforms show where they have no endpoint. */
export function sendPage(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");
}
