import type { Queryable } from "../../db/queryable.ts";
import type { Repository } from "../../git/repository.ts";
import { resolveCommit } from "../../git/resolve-commit.ts";
import { Problem } from "../../problem.ts";
import { findProjectByName } from "../../projects/queries.ts";
import type { OpsRepoServices } from "../ops-repo-services.ts";
import type { OpsRepoRow } from "../queries.ts";
import { type OpsRepoSource, sourceOf } from "../source.ts";
import { fetchCommit } from "./fetch-commit.ts";
import { SyncError } from "./sync-error.ts";

type Place = Pick<OpsRepoRow, "id" | "repo_url" | "branch">;

/** Makes sure that the commit at the tip of an ops repo's branch can be read here; gives its SHA. @throws SyncError */
export async function findCommit(services: OpsRepoServices, place: Place, signal?: AbortSignal): Promise<string> {
  const { db, repositories, outbound, snapshots, limits } = services;
  const source = readSource(place.repo_url);
  if (source.kind === "http") {
    return await fetchCommit({
      ...{ outbound, snapshots, limits, signal },
      url: source.url,
      branch: place.branch,
      opsRepoId: place.id,
    });
  }
  const project = await projectOf(db, source);
  const sha = await resolveCommit(repositories.of(project), `refs/heads/${place.branch}`, signal);
  if (sha === undefined) throw new SyncError(`it has no branch ${place.branch}`);
  return sha;
}

/** Where a commit of an ops repo is read that `findCommit` has found. @throws SyncError */
export async function repositoryOf(services: OpsRepoServices, place: Place, sha: string): Promise<Repository> {
  const source = readSource(place.repo_url);
  if (source.kind === "http") return services.snapshots.of(place.id, sha);
  return services.repositories.of(await projectOf(services.db, source));
}

function readSource(repoUrl: string): OpsRepoSource {
  try {
    return sourceOf(repoUrl);
  } catch (error) {
    throw error instanceof Problem ? new SyncError(error.message) : error;
  }
}

/** Looked up each time: a project that is deleted is no source any more. */
async function projectOf(db: Queryable, { owner, name }: Extract<OpsRepoSource, { kind: "project" }>): Promise<string> {
  const project = await findProjectByName(db, owner, name);
  if (project === undefined) throw new SyncError(`there is no project ${owner}/${name}`);
  return project.id;
}
