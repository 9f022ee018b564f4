import type { pipelines } from "@platform-mcp/client";
import {
  idOf,
  project,
  type Route,
  type StandInOptions,
  standInPlatform as standIn,
} from "@platform-mcp/server-kit/testing";
import { tools } from "../tools.ts";
import { logPart } from "./log-part.ts";

export { idOf, project, type Route, type StandInPlatform, sendJson, sendPage } from "@platform-mcp/server-kit/testing";

type PipelineFields = Partial<pipelines.Pipeline> & { readonly steps?: readonly Partial<pipelines.PipelineStep>[] };

/** The tools of this server on a platform that answers as a test wants it. */
export const standInPlatform = (options: Omit<StandInOptions, "tools">) => standIn({ tools, ...options });

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
