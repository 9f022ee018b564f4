import type { issues } from "@platform-mcp/client";
import { named, time, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { shown } from "./people.ts";

/** What lists show of an issue. */
export const issueOutput = {
  number: z.int(),
  status: z.string(),
  title: z.string(),
  labels: z.array(z.string()),
  author: z.string(),
  assignee: z.string().nullable(),
  comments: z.int(),
  updated_at: z.string(),
};

/** A row of a list of issues. Platforms leave fields out. */
export function issueRow(issue: Partial<issues.Issue>) {
  return {
    number: issue.number,
    status: issue.status,
    title: user(issue.title),
    labels: issue.labels?.map(named),
    author: shown(issue.author_name, issue.author_id),
    assignee: shown(issue.assignee_name, issue.assignee_id),
    comments: issue.comment_count,
    updated_at: time(issue.updated_at),
  };
}
