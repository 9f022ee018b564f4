import type { deployments, previews, workloads } from "@platform-mcp/client";
import {
  idOf,
  project,
  type Route,
  type StandInOptions,
  sendJson,
  standInPlatform as standIn,
} from "@platform-mcp/server-kit/testing";
import type * as z from "zod";
import { tools } from "../tools.ts";

export { idOf, project, type Route, sendJson, sendPage } from "@platform-mcp/server-kit/testing";

/** The tools of this server on a platform that answers as a test wants it. */
export const standInPlatform = (options: Omit<StandInOptions, "tools">) => standIn({ tools, ...options });

const sha = "a".repeat(40);
const at = (minute: number) => `2026-11-20T10:${String(minute).padStart(2, "0")}:00.123456Z`;

const workload = {
  project_id: project,
  image_ref: "registry.example:5000/shop:a1",
  desired_status: "active",
  current_status: "healthy",
  created_at: at(0),
  updated_at: at(1),
  generation: 3,
  observed_generation: 3,
  reason: null,
  message: null,
  last_transition_at: at(2),
  failures: 0,
  next_attempt_at: null,
  stalled: false,
  commit_sha: sha,
  pipeline_id: idOf(30),
} as const;

/** A deployment as the platform shows it, with what a test cares about. */
export function deploymentWith(fields: Partial<deployments.Deployment> = {}): deployments.Deployment {
  return {
    ...workload,
    id: idOf(1),
    environment: "production",
    ops_repo_id: null,
    manifest_path: null,
    values_override: null,
    current_sha: null,
    deployed_by: idOf(90),
    deployed_by_name: "ada",
    deployed_at: at(2),
    url: "http://production.shop.localhost:8081/",
    ...fields,
  };
}

/** A preview as the platform shows it, with what a test cares about. */
export function previewWith(fields: Partial<previews.Preview> = {}): previews.Preview {
  return {
    ...workload,
    id: idOf(2),
    branch: "feature/login",
    branch_slug: "feature-login",
    ttl_hours: 24,
    expires_at: at(30),
    created_by: idOf(90),
    url: "http://feature-login.shop.localhost:8081/",
    ...fields,
  };
}

type Attempt = z.output<typeof workloads.workloadHistory>;

/** A history, newest first, of attempts with what a test cares about. */
export function historyOf(...attempts: readonly Partial<Attempt>[]): object {
  const items = attempts.map((fields, index) => ({
    id: idOf(50 + index),
    deployment_id: idOf(1),
    image_ref: workload.image_ref,
    ops_repo_sha: null,
    action: "deploy",
    status: "success",
    deployed_by: idOf(90),
    deployed_by_name: "ada",
    message: null,
    created_at: at(40 - index),
    reason: null,
    generation: attempts.length - index,
    commit_sha: sha,
    ...fields,
  }));
  return { items, total: items.length };
}

/** A list of which the platform gives all. */
export function listed(...items: readonly object[]): object {
  return { items, total: items.length };
}

/** A route that answers with one after the other, then with the last again and again. */
export function inTurn(...answers: readonly Route[]): Route {
  let turn = 0;
  return (response, query) => {
    const answer = answers[Math.min(turn++, answers.length - 1)] ?? {};
    if (typeof answer === "function") answer(response, query);
    else sendJson(200, answer)(response);
  };
}

/** An answer without what only this platform says, as the first one gives it. */
export function asOlder<Fields extends object>(fields: Fields): object {
  const own = new Set(["generation", "observed_generation", "reason", "message", "last_transition_at", "failures"]);
  for (const name of ["next_attempt_at", "stalled", "url", "commit_sha", "deployed_by_name"]) own.add(name);
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !own.has(name)));
}
