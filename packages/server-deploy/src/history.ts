import type { deployments, ResponseOf } from "@platform-mcp/client";
import { list, named, type Part, shortSha, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { commitOf } from "./commit-of.ts";
import { reasonText } from "./reasons.ts";

export type History = ResponseOf<typeof deployments.deploymentHistory>;

export const historyOutput = {
  attempts: z.array(
    z.object({
      at: z.string(),
      action: z.string(),
      status: z.string(),
      image: z.string().nullable(),
      commit: z.string().nullable(),
      manifests: z.string().nullable(),
      by: z.string().nullable(),
      why: z.string().nullable(),
      message: z.string().nullable(),
    }),
  ),
  total_attempts: z.int(),
};

interface HistoryOptions {
  readonly offset?: number;
  readonly next: (offset: number) => string;
}

/** What was tried with a deployment or a preview, newest first. */
export function historyPart({ items, total }: History, { offset = 0, next }: HistoryOptions): Part {
  return list({
    of: "attempts",
    items: items.map((attempt) => ({
      at: time(attempt.created_at),
      action: attempt.action,
      status: attempt.status,
      image: attempt.image_ref === "" ? null : named(attempt.image_ref),
      commit: commitOf(attempt),
      manifests: shortSha(attempt.ops_repo_sha),
      by: named(attempt.deployed_by_name ?? attempt.deployed_by),
      why: reasonText(attempt.reason),
      message: user(attempt.message),
    })),
    offset,
    total,
    next,
    empty: "Nothing was tried yet.",
  });
}
