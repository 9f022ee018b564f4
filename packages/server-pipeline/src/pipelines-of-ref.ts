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
  const whole = { limit: Math.min(page.offset + page.limit, 100), offset: 0 };
  const ask = (git_ref: string, part: Page) => api.call(pipelines.listPipelines, { ...filter, ...part, git_ref });
  const [pushed, named] = await Promise.all([ask(`refs/heads/${name}`, page), ask(name, page)]);
  if (pushed.total === named.total && sameIds(pushed.items, named.items)) return named;
  const [allPushed, allNamed] =
    page.offset === 0 ? [pushed, named] : await Promise.all([ask(`refs/heads/${name}`, whole), ask(name, whole)]);
  const items = [...allPushed.items, ...allNamed.items].sort(newestFirst);
  return { items: items.slice(page.offset, page.offset + page.limit), total: pushed.total + named.total };
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
