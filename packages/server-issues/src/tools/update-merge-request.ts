import { mergeRequests } from "@platform-mcp/client";
import { ArgumentError, defineTool, note, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { body, branch, number, title } from "../arguments.ts";
import { standing, standingOutput } from "../merge-request.ts";
import { nextStep } from "../next-step.ts";

export const updateMergeRequest = defineTool({
  name: "update_merge_request",
  title: "Update merge request",
  description: "Change, close or reopen a merge request. What is not given stays.",
  risk: "write",
  idempotent: true,
  input: {
    number,
    title: title.optional(),
    body: body.optional().describe("Replaces all of it"),
    status: z.enum(["open", "closed"]).optional(),
    target_branch: branch.optional(),
  },
  output: standingOutput,
  uses: [mergeRequests.updateMergeRequest],
  async run({ api, project }, { number, ...changes }) {
    if (Object.keys(changes).length === 0) {
      throw new ArgumentError("give what is to change: title, body, status or target_branch");
    }
    const changed = await api.call(mergeRequests.updateMergeRequest, { project_id: project, number, body: changes });
    const moved = changes.target_branch === undefined || changes.target_branch === changed.target_branch;
    const missed = moved ? "" : "The target branch is as it was: this platform does not offer to change it. ";
    return [record(standing(changed)), note(missed + nextStep(changed))];
  },
});
