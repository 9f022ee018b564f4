import { opsRepos } from "@platform-mcp/client/contract";
import { changeOf } from "../audit/change.ts";
import type { Queryable } from "../db/queryable.ts";
import { given } from "../given.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { conflict, invalid, notFound, Problem } from "../problem.ts";
import { findProjectByName } from "../projects/queries.ts";
import { changeWorkload } from "../workloads/change-workload.ts";
import type { OpsRepoServices } from "./ops-repo-services.ts";
import {
  deleteOpsRepo,
  findOpsRepo,
  insertOpsRepo,
  listOpsRepos,
  lockOpsRepo,
  updateOpsRepo,
  usersOf,
  viewOf,
} from "./queries.ts";
import { checkSource } from "./source.ts";
import { findCommit } from "./sync/find-commit.ts";
import { recordSync, recordSyncError } from "./sync/record-sync.ts";
import { SyncError } from "./sync/sync-error.ts";

/** The repositories from which manifests of deployments come. */
export function opsRepoRoutes(services: OpsRepoServices): readonly Route[] {
  const checkPlace = async (db: Queryable, place: { repo_url: string; branch: string }) => {
    const source = checkSource(place, services.outbound);
    if (source.kind === "http" || (await findProjectByName(db, source.owner, source.name)) !== undefined) return;
    throw invalid("repo_url", `there is no project ${source.owner}/${source.name}`);
  };

  return [
    implement(opsRepos.listOpsRepos, async ({ db, query }) => listOpsRepos(db, query)),

    implement(opsRepos.createOpsRepo, async ({ db, body, audit }) => {
      await checkPlace(db, body);
      const { id, ...made } = viewOf(await insertOpsRepo(db, body));
      audit.record({ resource: "ops_repo", id, project: null, after: body });
      return { id, ...made };
    }),

    implement(opsRepos.getOpsRepo, async ({ db, params }) => {
      const row = await findOpsRepo(db, params.ops_repo_id);
      if (row === undefined) throw notFound("ops_repo");
      return viewOf(row);
    }),

    implement(opsRepos.updateOpsRepo, async ({ db, params, body, audit }) => {
      const before = await lockOpsRepo(db, params.ops_repo_id, { toDelete: false });
      if (before === undefined) throw notFound("ops_repo");
      const wanted = { ...before, ...given(body) };
      if (body.repo_url !== undefined || body.branch !== undefined) await checkPlace(db, wanted);
      const isMoved = (["repo_url", "branch", "path"] as const).some((key) => wanted[key] !== before[key]);
      const after = await updateOpsRepo(db, before.id, given(body), { isMoved });
      // Their manifests are others now, or are not there any more.
      const users = isMoved ? await usersOf(db, before.id) : [];
      for (const { id, isActive } of users) if (isActive) await changeWorkload(db, id, {});
      audit.record({ resource: "ops_repo", id: before.id, project: null, ...changeOf(viewOf(before), viewOf(after)) });
      return viewOf(after);
    }),

    implement(opsRepos.deleteOpsRepo, async ({ db, params, audit }) => {
      const before = await lockOpsRepo(db, params.ops_repo_id, { toDelete: true });
      if (before === undefined) throw notFound("ops_repo");
      const users = await usersOf(db, before.id);
      const names = users.map(({ name }) => name).sort();
      if (names.length > 0) throw conflict(`ops repo is used by ${names.join(", ")}`);
      await deleteOpsRepo(db, before.id);
      audit.record({ resource: "ops_repo", id: before.id, project: null, before: viewOf(before) });
      return { ok: true } as const;
    }),

    implement(opsRepos.syncOpsRepo, async ({ db, params, audit, signal }) => {
      const fetched = await findOpsRepo(db, params.ops_repo_id);
      if (fetched === undefined) throw notFound("ops_repo");
      try {
        const sha = await findCommit(services, fetched, signal);
        const recorded = await recordSync(db, services, { fetched, sha });
        if (recorded === undefined) throw conflict("the ops repo has been changed while it was fetched");
        const change = changeOf({ current_sha: recorded.before.current_sha }, { current_sha: sha });
        audit.record({ resource: "ops_repo", id: fetched.id, project: null, ...change });
        return { ok: true, sha } as const;
      } catch (error) {
        if (!(error instanceof SyncError)) throw error;
        // Outside of the request's transaction, which is undone.
        await recordSyncError(services.db, fetched, error.message);
        throw new Problem(502, `the ops repo cannot be fetched: ${error.message}`);
      }
    }),
  ];
}
