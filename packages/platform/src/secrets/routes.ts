import { secrets } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound } from "../problem.ts";
import type { MasterKey } from "./master-key.ts";
import { listSecrets } from "./queries.ts";
import { removeSecret, setSecret } from "./write-secret.ts";

/** Secrets of projects and of the whole platform, which take a value and never give it out. */
export function secretRoutes(masterKey: MasterKey): readonly Route[] {
  return [
    implement(secrets.listSecrets, async ({ db, project, query }) => listSecrets(db, project.id, query)),

    implement(secrets.setSecret, async ({ db, caller, project, body, audit }) => {
      const wanted = { ...body, project_id: project.id, created_by: caller.user.id };
      const { secret, entry } = await setSecret(db, masterKey, wanted);
      audit.record(entry);
      return secret;
    }),

    implement(secrets.deleteSecret, async ({ db, project, params: { secret_name }, audit }) => {
      const removed = await removeSecret(db, project.id, secret_name);
      if (removed === undefined) throw notFound("secret");
      audit.record(removed.entry);
      return { ok: true } as const;
    }),

    implement(secrets.listGlobalSecrets, async ({ db, query }) => listSecrets(db, null, query)),

    implement(secrets.setGlobalSecret, async ({ db, caller, body, audit }) => {
      const wanted = { ...body, project_id: null, created_by: caller.user.id };
      const { secret, entry } = await setSecret(db, masterKey, wanted);
      audit.record(entry);
      return secret;
    }),

    implement(secrets.deleteGlobalSecret, async ({ db, params: { secret_name }, audit }) => {
      const removed = await removeSecret(db, null, secret_name);
      if (removed === undefined) throw notFound("secret");
      audit.record(removed.entry);
      return { ok: true } as const;
    }),
  ];
}
