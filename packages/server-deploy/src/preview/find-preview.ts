import { pathParameters, previews } from "@platform-mcp/client";
import { type Api, type ApiOptions, ArgumentError, nameList, quoteName } from "@platform-mcp/server-kit";

/** As many previews as one page holds; platforms limit them to fewer. */
const page = { limit: 100, offset: 0 };

/**
 * The preview of that slug or branch; undefined when there is none.
 * @throws ArgumentError when the name is the slug of one and the branch of another
 */
export async function findPreview(
  api: Api,
  project_id: string,
  wanted: string,
  options: ApiOptions = {},
): Promise<previews.Preview | undefined> {
  const { items } = await api.call(previews.listPreviews, { project_id, ...page }, options);
  return among(items, wanted);
}

/** The preview of that slug or branch. @throws ArgumentError that names those there are, or the platform's own refusal */
export async function getPreviewOf(api: Api, project_id: string, wanted: string): Promise<previews.Preview> {
  const { items } = await api.call(previews.listPreviews, { project_id, ...page });
  const found = among(items, wanted);
  if (found !== undefined) return found;
  if (pathParameters.branch_slug.safeParse(wanted).success) {
    return await api.call(previews.getPreview, { project_id, branch_slug: wanted });
  }
  const branches = items.map(({ branch }) => branch);
  const there = branches.length === 0 ? "there are none" : `there are those of ${nameList(branches, "branches", 1000)}`;
  throw new ArgumentError(`branch ${quoteName(wanted)} has no preview; ${there}`);
}

function among(items: readonly previews.Preview[], wanted: string): previews.Preview | undefined {
  const bySlug = items.find(({ branch_slug }) => branch_slug === wanted);
  const byBranch = items.find(({ branch }) => branch === wanted);
  if (bySlug !== undefined && byBranch !== undefined && bySlug !== byBranch) {
    throw new ArgumentError(
      `${quoteName(wanted)} is the slug of branch ${quoteName(bySlug.branch)} and the branch of slug ${quoteName(byBranch.branch_slug)}: give the other name of the one that is meant`,
    );
  }
  return bySlug ?? byBranch;
}
