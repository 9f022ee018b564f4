import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { pipelines } from "@platform-mcp/client";
import { type ToolCaller, toolCaller } from "@platform-mcp/server-kit/testing";
import { tools } from "../tools.ts";
import { logPart } from "./log-part.ts";

export const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

/** An id that is the same for a number in every run. */
export function idOf(number: number): string {
  return `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
}

type PipelineFields = Partial<pipelines.Pipeline> & { readonly steps?: readonly Partial<pipelines.PipelineStep>[] };

/** What answers a request: JSON, or a function that writes the answer itself. */
export type Route = object | ((response: ServerResponse, query: URLSearchParams) => void);

export interface StandInOptions {
  /** Answers by request, such as `GET /pipelines`: the path below the project. What is not there is not found. */
  readonly routes: Readonly<Record<string, Route>>;
  readonly settings?: Readonly<Record<string, string>>;
}

/** The tools of this server on a platform that answers as a test wants it. */
export interface StandInPlatform extends AsyncDisposable {
  readonly call: ToolCaller["call"];
  /** Method, path and query of each request in order, below the project. */
  readonly requests: readonly string[];
}

export async function standInPlatform({ routes, settings = {} }: StandInOptions): Promise<StandInPlatform> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, search, searchParams } = new URL(request.url ?? "", "http://platform");
    const key = `${request.method} ${pathname.replace(`/api/projects/${project}`, "")}`;
    requests.push(key + search);
    const route = routes[key] ?? sendJson(404, { error: "not found" });
    if (typeof route === "function") route(response, searchParams);
    else sendJson(200, route)(response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const caller = toolCaller(tools, { url: `http://127.0.0.1:${address.port}`, project, settings });
  return {
    call: caller.call,
    requests,
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

/** A log as this platform serves it, or whole as the first platform did. */
export function sendLog(log: string | Uint8Array, { ranges = true } = {}): Route {
  const bytes = Buffer.from(log);
  return (response, query) => {
    const headers = { "content-type": "text/plain; charset=utf-8" };
    if (!ranges) return void response.writeHead(200, headers).end(bytes);
    const { part, lines } = logPart(bytes, query);
    const about = { "x-log-size": bytes.length, "x-log-lines": lines, "x-log-complete": "true" };
    response.writeHead(200, { ...headers, ...about }).end(part);
  };
}

/** A pipeline as the platform shows it, with what a test cares about. */
export function pipelineWith({ steps = [], ...fields }: PipelineFields = {}): object {
  return {
    id: idOf(1),
    project_id: project,
    trigger: "push",
    git_ref: "refs/heads/main",
    commit_sha: "a".repeat(40),
    status: "failure",
    triggered_by: idOf(90),
    started_at: "2026-11-20T10:00:01.5Z",
    finished_at: "2026-11-20T10:01:01.5Z",
    created_at: "2026-11-20T10:00:00.123456Z",
    ...fields,
    steps: steps.map((step, at) => ({
      id: idOf(10 + at),
      step_order: at,
      name: `step-${at}`,
      image: "node:22",
      status: "success",
      exit_code: 0,
      duration_ms: 1000,
      log_ref: "logs/somewhere.log",
      created_at: "2026-11-20T10:00:00Z",
      ...step,
    })),
  };
}
