import type { pipelines } from "@platform-mcp/client";
import { named, shortSha, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { why } from "./endings.ts";
import { shortRef } from "./git-ref.ts";
import { between, duration } from "./time.ts";

/** What every answer about a pipeline shows of it. */
export const pipelineOutput = {
  id: z.string(),
  status: z.string(),
  ref: z.string(),
  commit: z.string().nullable(),
  trigger: z.string(),
  created_at: z.string(),
  duration: z.string().nullable(),
  by: z.string().nullable(),
  why: z.string().nullable(),
};

/** A pipeline as a row, or as the beginning of its record. */
export function pipelineRow(pipeline: pipelines.Pipeline) {
  return {
    id: pipeline.id,
    status: pipeline.status,
    ref: named(shortRef(pipeline.git_ref ?? "")),
    commit: shortSha(pipeline.commit_sha),
    trigger: pipeline.trigger,
    created_at: time(pipeline.created_at),
    duration: duration(between(pipeline.started_at, pipeline.finished_at)),
    by: named(pipeline.triggered_by_name),
    why: why(pipeline),
  };
}

/** What a pipeline by itself has beyond its row. */
export function pipelineDetails(pipeline: pipelines.Pipeline) {
  const { run } = pipeline;
  return {
    ...pipelineRow(pipeline),
    message: user(pipeline.message),
    runs: run !== undefined && run > 1 ? run : null,
  };
}

export const pipelineDetailsOutput = {
  ...pipelineOutput,
  message: z.string().nullable(),
  runs: z.int().nullable(),
};
