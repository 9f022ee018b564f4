import type { deployments, previews } from "@platform-mcp/client";
import { named, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { commitOf } from "./commit-of.ts";
import { reasonText } from "./reasons.ts";

/** What deployments and previews have in common. */
export type Workload = Pick<
  deployments.Deployment | previews.Preview,
  keyof deployments.Deployment & keyof previews.Preview
>;

/**
 * Its status, unless that speaks of what was asked for before: then nothing is known yet of what was asked for last.
 * The first platform says `healthy` of what it has stopped.
 */
export function statusOf({ current_status, desired_status, generation, observed_generation }: Workload): string {
  if (generation === undefined) {
    return desired_status === "stopped" && current_status === "healthy" ? "stopped" : current_status;
  }
  const isOutdated = observed_generation !== undefined && observed_generation < generation;
  return isOutdated && current_status !== "syncing" ? "pending" : current_status;
}

/** What every answer about one shows of it. */
export const workloadOutput = {
  status: z.string(),
  why: z.string().nullable(),
  image: z.string(),
  commit: z.string().nullable(),
  url: z.string().nullable(),
};

export function workloadRow(workload: Workload) {
  return {
    status: statusOf(workload),
    why: reasonText(workload.reason),
    image: named(workload.image_ref),
    commit: commitOf(workload),
    url: named(workload.url),
  };
}

/** What one by itself shows besides. */
export const workloadDetailsOutput = {
  wanted: z.string().nullable(),
  since: z.string().nullable(),
  generation: z.int().nullable(),
  failures: z.int().nullable(),
  next_attempt_at: z.string().nullable(),
  stalled: z.boolean().nullable(),
  pipeline_id: z.string().nullable(),
};

export function workloadDetails(workload: Workload) {
  const { desired_status, failures, generation, pipeline_id } = workload;
  return {
    wanted: desired_status === "active" ? null : desired_status,
    since: time(workload.last_transition_at),
    generation: generation ?? null,
    failures: failures === undefined || failures === 0 ? null : failures,
    next_attempt_at: time(workload.next_attempt_at),
    stalled: workload.stalled === true ? true : null,
    pipeline_id: pipeline_id ?? null,
  };
}
