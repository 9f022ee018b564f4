import { mergeRequests, PlatformError, projects } from "@platform-mcp/client";
import { AdvisedError, type Api, ArgumentError, defineTool, note, quoteName, record } from "@platform-mcp/server-kit";
import { body, branch, title } from "../arguments.ts";
import { standing, standingOutput } from "../merge-request.ts";
import { nextStep } from "../next-step.ts";

export const createMergeRequest = defineTool({
  name: "create_merge_request",
  title: "Create merge request",
  description: "Ask for a pushed branch to be merged. `closes #N` in the body closes issue N when it is merged.",
  risk: "write",
  input: {
    title,
    source_branch: branch,
    target_branch: branch.optional().describe("Default branch if omitted"),
    body: body.optional().describe("Markdown"),
  },
  output: standingOutput,
  uses: [mergeRequests.createMergeRequest, projects.getProject],
  async run({ api, project }, { target_branch, ...request }) {
    const target = target_branch ?? (await defaultBranch(api, project));
    const created = await api
      .call(mergeRequests.createMergeRequest, { project_id: project, body: { ...request, target_branch: target } })
      .catch((error: unknown) => {
        throw error instanceof PlatformError && error.status === 409
          ? alreadyThere(error, request.source_branch)
          : error;
      });
    return [record(standing(created)), note(nextStep(created))];
  },
});

async function defaultBranch(api: Api, project: string): Promise<string> {
  const { default_branch } = await api.call(projects.getProject, { project_id: project });
  if (default_branch) return default_branch;
  throw new ArgumentError("target_branch is required: this platform does not say which branch is the default one");
}

function alreadyThere(error: PlatformError, source: string): Error {
  if (error.retryAfter !== undefined) return error;
  const look = `list_merge_requests with status=open and source_branch=${quoteName(source)}`;
  return new AdvisedError(error, `There is an open one already: ${look} shows it, update_merge_request changes it.`);
}
