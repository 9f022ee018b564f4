import type { previews } from "@platform-mcp/client";
import { named, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { workloadDetails, workloadDetailsOutput, workloadOutput, workloadRow } from "../workload.ts";

export const previewOutput = {
  slug: z.string(),
  branch: z.string(),
  ...workloadOutput,
  expires_at: z.string().nullable(),
};

/** A preview as a row, or as the beginning of its record. */
export function previewRow(preview: previews.Preview) {
  return {
    slug: named(preview.branch_slug),
    branch: named(preview.branch),
    ...workloadRow(preview),
    expires_at: time(preview.expires_at),
  };
}

export const previewDetailsOutput = { ...previewOutput, ...workloadDetailsOutput, created_at: z.string().nullable() };

/** What a preview by itself has beyond its row, but for its message. */
export function previewDetails(preview: previews.Preview) {
  return { ...previewRow(preview), ...workloadDetails(preview), created_at: time(preview.created_at) };
}
