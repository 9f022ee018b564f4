import type { ActiveProject } from "../../projects/queries.ts";
import { isAncestor } from "../refs/is-ancestor.ts";
import type { RefChange } from "../refs/ref-change.ts";
import { type Refusal, refuseRefChange } from "../refs/refuse-ref-change.ts";
import type { Repository } from "../repository.ts";
import type { HookQuestion } from "./answer-hooks.ts";

/** At most so many refused refs are told one by one. */
const maxTold = 10;

/** Why a push is refused, as lines for its pusher; empty when nothing speaks against it. One refused ref refuses all. */
export async function checkPush(
  repository: Repository,
  { changes, objectDirectory }: HookQuestion,
  project: ActiveProject,
  by: { readonly user_type: "human" | "agent" | "service_account" },
): Promise<readonly string[]> {
  const refused: { readonly change: RefChange; readonly refusal: Refusal }[] = [];
  for (const change of changes) {
    const rewrites =
      change.ref === `refs/heads/${project.default_branch}` && (await drops(repository, change, objectDirectory));
    const refusal = refuseRefChange({ ...change, rewrites }, project, by);
    if (refusal !== undefined) refused.push({ change, refusal });
  }
  if (refused.length === 0) return [];
  const told = refused.slice(0, maxTold).map(({ change, refusal }) => `${readable(change.ref)}: ${refusal.reason}`);
  const more = refused.length - told.length;
  return [
    "Nothing was pushed.",
    ...told,
    ...(more > 0 ? [`and ${more} more`] : []),
    ...new Set(refused.map(({ refusal }) => refusal.advice)),
  ];
}

/** Whether the old commit is no longer part of the history of the new one, which is still in quarantine. */
async function drops(repository: Repository, { oldSha, newSha }: RefChange, objectDirectory: string): Promise<boolean> {
  if (oldSha === null || newSha === null) return false;
  const quarantine = {
    GIT_OBJECT_DIRECTORY: objectDirectory,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: `${repository.path}/objects`,
  };
  return !(await isAncestor(repository, oldSha, newSha, objectDirectory === "" ? {} : quarantine));
}

/** A ref's name as it can be shown: git has not checked it yet. */
function readable(ref: string): string {
  return ref.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?").slice(0, 300);
}
