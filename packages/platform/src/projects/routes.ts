import { projects } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { changeOf } from "../audit/change.ts";
import type { Queryable } from "../db/queryable.ts";
import { initRepository } from "../git/init-repository.ts";
import type { Repositories } from "../git/repositories.ts";
import { setDefaultBranch } from "../git/set-default-branch.ts";
import { given } from "../given.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { removeRulesOf } from "../observe/alerts/write-rule.ts";
import { cancelPipelinesOf } from "../pipelines/state/cancel-pipelines-of.ts";
import { removeSecretsOf } from "../secrets/write-secret.ts";
import { stopSessionsOfProject } from "../sessions/stop-sessions-of.ts";
import { readSettings } from "../settings/read-settings.ts";
import { requireAllowedImage } from "../settings/require-allowed-image.ts";
import type { Settings } from "../settings/schema.ts";
import { removeWebhooksOf } from "../webhooks/write-webhook.ts";
import { endWorkloadsOf } from "../workloads/end-workloads-of.ts";
import { listReadableProjects } from "./queries.ts";
import { refuseUnprotecting } from "./refuse-unprotecting.ts";
import { projectView } from "./view.ts";

export interface ProjectRoutesOptions {
  readonly repositories: Repositories;
  /** What counts where nobody has set anything. */
  readonly settings: Settings;
}

export function projectRoutes({ repositories, settings }: ProjectRoutesOptions): readonly Route[] {
  return [
    implement(projects.listProjects, async ({ db, caller, query }) => {
      const { items, total } = await listReadableProjects(db, caller, query);
      return { items: items.map(projectView), total };
    }),

    implement(projects.createProject, async ({ db, caller, body, audit }) => {
      await checkImage(db, settings, body);
      const created = await db
        .insertInto("projects")
        .values({
          owner_id: caller.user.id,
          name: body.name,
          visibility: body.visibility,
          display_name: body.display_name ?? null,
          description: body.description ?? null,
          default_branch: body.default_branch,
          agent_image: body.agent_image ?? null,
        })
        .returningAll()
        .executeTakeFirstOrThrow();
      // Last, and under the new id: if the transaction fails after all, an empty directory that nothing names is left.
      await initRepository(repositories.of(created.id).path, created.default_branch);
      audit.record({ resource: "project", id: created.id, project: created.id, after: created });
      return projectView({ ...created, owner_name: caller.user.name });
    }),

    implement(projects.getProject, async ({ project }) => projectView(project)),

    implement(projects.updateProject, async ({ db, caller, project, body, audit }) => {
      const { owner_name, ...before } = project;
      const changes = given(body);
      if (Object.keys(changes).length === 0) {
        audit.record({ resource: "project", id: project.id, ...changeOf(before, before) });
        return projectView(project);
      }
      refuseUnprotecting(caller, changes);
      await checkImage(db, settings, changes);
      const updated = await db
        .updateTable("projects")
        .set(changes)
        .where("id", "=", project.id)
        .where("is_active", "=", true)
        .returningAll()
        .executeTakeFirstOrThrow();
      if (updated.default_branch !== project.default_branch) {
        // What clones check out and what an omitted ref means. Last, so that a row that cannot change leaves it alone.
        await setDefaultBranch(repositories.of(project.id), updated.default_branch);
      }
      // Not all that differs by now: issues may have been counted meanwhile.
      audit.record({ resource: "project", id: project.id, ...changeOf(before, { ...before, ...changes }) });
      return projectView({ ...updated, owner_name });
    }),

    implement(projects.deleteProject, async ({ db, project, audit }) => {
      // First: who tells something to webhooks may be about to wait for the project.
      const webhooks = await removeWebhooksOf(db, project.id);
      await db
        .updateTable("projects")
        .set({ is_active: false, deleted_at: sql<string>`now()` })
        .where("id", "=", project.id)
        .execute();
      await cancelPipelinesOf(db, project.id);
      await stopSessionsOfProject(db, project.id);
      await endWorkloadsOf(db, project.id);
      audit.record({ resource: "project", id: project.id, before: { name: project.name, is_active: true } });
      for (const entry of await removeSecretsOf(db, project.id)) audit.record(entry);
      for (const entry of webhooks) audit.record(entry);
      for (const entry of await removeRulesOf(db, project.id)) audit.record(entry);
      return { ok: true } as const;
    }),
  ];
}

/** @throws Problem 400 for an image that is not allowed for agents */
async function checkImage(
  db: Queryable,
  defaults: Settings,
  { agent_image }: { readonly agent_image?: string | null | undefined },
): Promise<void> {
  if (agent_image == null) return;
  requireAllowedImage(await readSettings(db, defaults), agent_image, "agent_image");
}
