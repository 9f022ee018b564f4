import { findObjects } from "../git/objects.ts";
import { Problem } from "../problem.ts";
import { type Manifest, WorkloadError, type WorkloadName } from "../runtime/workload.ts";
import { hostNameOf } from "../workloads/names/host-name.ts";
import { YamlError } from "../yaml/yaml-error.ts";
import { manifestFile } from "./manifest-file.ts";
import { readManifests } from "./manifests/read-manifests.ts";
import type { OpsRepoServices } from "./ops-repo-services.ts";
import { findOpsRepo, type OpsRepoRow } from "./queries.ts";
import { readManifestFile } from "./read-manifest-file.ts";
import { repositoryOf } from "./sync/find-commit.ts";
import { SyncError } from "./sync/sync-error.ts";
import { syncOpsRepo } from "./sync/sync-ops-repo.ts";

/** What manifests are rendered for. */
export interface WantedManifests {
  readonly opsRepoId: string;
  /** Below the ops repo's directory; null for `deploy.yaml`. */
  readonly manifestPath: string | null;
  readonly name: Pick<WorkloadName, "label" | "projectLabel">;
  readonly imageRef: string;
  readonly projectName: string;
  readonly environment: string;
  /** Any JSON. */
  readonly values: unknown;
}

/** Manifests with the commit that they are from. */
export interface FoundManifests {
  readonly manifests: readonly Manifest[];
  readonly sha: string;
}

/** Problems that a message tells at most. */
const toldAtOnce = 10;

/**
 * The manifests of a workload, from the commit at which its ops repo is known to be; one that has never been fetched is
 * now. Nothing but what `manifests/schema` allows comes out.
 * @throws WorkloadError `ops_repo` when they cannot be had, `invalid_manifest` with file, line and rule
 */
export async function manifestsOf(
  services: OpsRepoServices,
  wanted: WantedManifests,
  signal?: AbortSignal,
): Promise<FoundManifests> {
  const repo = await findOpsRepo(services.db, wanted.opsRepoId);
  if (repo === undefined) throw new WorkloadError("ops_repo", "its ops repo is gone", { isFinal: true });
  const { row, sha } = await readable(services, repo, signal);
  const { appsDomain } = services;
  let file = wanted.manifestPath ?? "";
  try {
    file = manifestFile(row.path, wanted.manifestPath);
    const repository = await repositoryOf(services, row, sha);
    const template = await readManifestFile(repository, { commit: sha, path: file, signal });
    const manifests = readManifests(template, {
      image_ref: wanted.imageRef,
      project_name: wanted.projectName,
      environment: wanted.environment,
      host: appsDomain === undefined ? null : hostNameOf(wanted.name, appsDomain),
      values: wanted.values ?? {},
    });
    return { manifests, sha };
  } catch (error) {
    if (error instanceof YamlError) throw invalidManifest(error, { file, sha, repo: row });
    if (error instanceof Problem) throw new WorkloadError("invalid_manifest", error.message, { isFinal: true });
    throw error;
  }
}

/** The ops repo with a commit of it that can be read here. */
async function readable(
  services: OpsRepoServices,
  repo: OpsRepoRow,
  signal: AbortSignal | undefined,
): Promise<{ readonly row: OpsRepoRow; readonly sha: string }> {
  try {
    if (repo.current_sha !== null && (await isThere(services, repo, repo.current_sha, signal))) {
      return { row: repo, sha: repo.current_sha };
    }
    const row = await syncOpsRepo(services, repo, signal);
    if (typeof row?.current_sha === "string") return { row, sha: row.current_sha };
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    throw new WorkloadError("ops_repo", `the ops repo ${repo.name} cannot be fetched: ${error.message}`);
  }
  throw new WorkloadError("ops_repo", `the ops repo ${repo.name} has been changed while it was fetched`);
}

async function isThere(
  services: OpsRepoServices,
  repo: OpsRepoRow,
  sha: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!repo.repo_url.startsWith("project:")) return await services.snapshots.has(repo.id, sha);
  const [commit] = await findObjects(await repositoryOf(services, repo, sha), [`${sha}^{commit}`], signal);
  return commit !== undefined;
}

function invalidManifest(
  { problems }: YamlError,
  { file, sha, repo }: { readonly file: string; readonly sha: string; readonly repo: OpsRepoRow },
): WorkloadError {
  const told = problems.slice(0, toldAtOnce).map(({ line, message }) => inOneLine(`${file}, line ${line}: ${message}`));
  const rest = problems.length - told.length;
  if (rest > 0) told.push(`and ${rest} more`);
  const intro = `the manifests in the ops repo ${repo.name} at ${sha.slice(0, 12)} cannot be used:`;
  return new WorkloadError("invalid_manifest", [intro, ...told].join("\n"), { isFinal: true });
}

/** It may hold what somebody has written. */
function inOneLine(text: string): string {
  return text.replace(/\p{C}+/gu, " ");
}
