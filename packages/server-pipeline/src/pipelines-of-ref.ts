import { pipelines, type ResponseOf } from "@platform-mcp/client";
import type { Api, Page } from "@platform-mcp/server-kit";
import { isCommit, shortRef } from "./git-ref.ts";

type Listed = ResponseOf<typeof pipelines.listPipelines>;

export interface PipelineFilter {
  readonly project_id: string;
  readonly status?: pipelines.Pipeline["status"] | undefined;
  readonly trigger?: pipelines.Pipeline["trigger"] | undefined;
  /** A branch or tag, with or without `refs/heads/`, or a full commit SHA; any without it. */
  readonly ref?: string | undefined;
}

/**
 * Pipelines, newest first. Some platforms compare refs letter by letter, though pushes store `refs/heads/main` and
 * calls `main`: asked for both, they answer differently, and the answers are put together here.
 */
export async function listPipelinesOf(api: Api, { ref, ...filter }: PipelineFilter, page: Page): Promise<Listed> {
  if (ref === undefined) return await api.call(pipelines.listPipelines, { ...filter, ...page });
  if (isCommit(ref)) return await ofCommit(api, filter, ref, page);
  const name = shortRef(ref);
  const ask = (part: Page) =>
    Promise.all(
      [`refs/heads/${name}`, name].map((git_ref) => api.call(pipelines.listPipelines, { ...filter, ...part, git_ref })),
    );
  const { limit, offset } = page;
  // The first items tell whether the two are the same; further pages of both may be empty.
  const [pushed, called] = await ask(offset === 0 ? page : { limit: 1, offset: 0 });
  if (pushed === undefined || called === undefined) return { items: [], total: 0 };
  if (pushed.total === called.total && sameIds(pushed.items, called.items)) {
    return offset === 0 ? called : await api.call(pipelines.listPipelines, { ...filter, ...page, git_ref: name });
  }
  const whole = offset === 0 ? [pushed, called] : await ask({ limit: Math.min(offset + limit, 100), offset: 0 });
  const items = whole.flatMap((answer) => answer.items).sort(newestFirst);
  return { items: items.slice(offset, offset + limit), total: pushed.total + called.total };
}

/** Platforms that cannot filter by commit answer with all of them, newest first. */
async function ofCommit(api: Api, filter: Omit<PipelineFilter, "ref">, sha: string, page: Page): Promise<Listed> {
  const answer = await api.call(pipelines.listPipelines, { ...filter, ...page, commit_sha: sha });
  if (answer.items.every(({ commit_sha }) => commit_sha === sha)) return answer;
  const { items } = await api.call(pipelines.listPipelines, { ...filter, limit: 100, offset: 0 });
  const ofSha = items.filter(({ commit_sha }) => commit_sha === sha);
  return { items: ofSha.slice(page.offset, page.offset + page.limit), total: ofSha.length };
}

function sameIds(some: readonly pipelines.Pipeline[], others: readonly pipelines.Pipeline[]): boolean {
  return some.length === others.length && some.every(({ id }, at) => id === others[at]?.id);
}

function newestFirst(one: pipelines.Pipeline, other: pipelines.Pipeline): number {
  return Date.parse(other.created_at) - Date.parse(one.created_at) || 0;
}
