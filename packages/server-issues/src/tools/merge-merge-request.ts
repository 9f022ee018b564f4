import { mergeRequests, PlatformError } from "@platform-mcp/client";
import { AdvisedError, type Api, defineTool, named, note, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { number } from "../arguments.ts";
import { mergeByHand, nextStep } from "../next-step.ts";

export const mergeMergeRequest = defineTool({
  name: "merge_merge_request",
  title: "Merge merge request",
  description:
    "Merge a merge request into its target branch now. When it conflicts or something is missing, the refusal says what to do.",
  // It changes a branch that others live on, by which pipelines and deployments start.
  risk: "destructive",
  idempotent: true,
  input: {
    number,
    method: z.enum(["merge", "fast_forward", "squash"]).default("merge"),
    message: z.string().min(1).max(10_000).optional().describe("Commit message"),
    head_sha: z.string().max(64).optional().describe("Refused if the source branch has moved from it"),
    delete_source_branch: z.boolean().default(false),
  },
  output: {
    number: z.int(),
    status: z.string(),
    target_branch: z.string(),
    merge_commit_sha: z.string().nullable(),
  },
  uses: [mergeRequests.mergeMergeRequest, mergeRequests.getMergeRequest],
  async confirmation({ api, project }, { number, method }) {
    const request = await api.call(mergeRequests.getMergeRequest, { project_id: project, number });
    const { source_branch: source = "", target_branch: target = "", title = "" } = request;
    return `Merge !${number} (${method})?\nfrom: ${quoteName(source)}\ninto: ${quoteName(target)}\ntitle: ${quoteName(title)}`;
  },
  async run({ api, project }, { number, head_sha, ...options }) {
    const address = { project_id: project, number };
    const merged = await api
      .call(mergeRequests.mergeMergeRequest, { ...address, body: { ...options, expected_head_sha: head_sha } })
      .catch(async (error: unknown) => {
        throw (await whatToDo(error, api, address)) ?? error;
      });
    const { status, target_branch, merge_commit_sha } = merged;
    const answer = record({ number: merged.number, status, target_branch: named(target_branch), merge_commit_sha });
    return [answer, note(merge_commit_sha === undefined ? optionsUnknown : "git fetch origin gets it.")];
  },
});

/** Old platforms take no options, and do not say what they made. */
const optionsUnknown =
  "This platform merges in its own way: look with git at what it made, and whether the source branch is still there.";

/** The refusal with the way on, found in what the merge request says of itself. */
async function whatToDo(error: unknown, api: Api, address: { project_id: string; number: number }) {
  if (!(error instanceof PlatformError) || !isRefusal(error)) return undefined;
  const { number } = address;
  const request = await api.call(mergeRequests.getMergeRequest, address).catch(() => undefined);
  if (request === undefined) return undefined;
  if (error.conflicts.length > 0) {
    return new AdvisedError(
      error,
      nextStep({ ...request, merge_status: "conflicts", conflicts: [...error.conflicts] }),
    );
  }
  if (request.status === "open" && request.merge_status === undefined) {
    return new AdvisedError(error, `This platform did not merge it. ${mergeByHand(request)}`);
  }
  // What stands in the way is the way that was asked for: the refusal itself says it.
  if (request.status === "open" && request.merge_status === "mergeable") {
    return new AdvisedError(
      error,
      `Otherwise it can be merged; get_merge_request with number=${number} shows how it stands.`,
    );
  }
  return new AdvisedError(error, nextStep(request));
}

/** The platform would not merge; not that the arguments are wrong, or that it is still at it. */
function isRefusal({ status, fields, retryAfter }: PlatformError): boolean {
  return (status === 409 && retryAfter === undefined) || (status === 400 && fields.length === 0);
}
