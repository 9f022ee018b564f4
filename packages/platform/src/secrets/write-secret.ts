import { changeOf } from "../audit/change.ts";
import type { AuditRecord } from "../audit/entry.ts";
import type { Queryable } from "../db/queryable.ts";
import { checkSecret } from "./check-secret.ts";
import { type MasterKey, requireMasterKey } from "./master-key.ts";
import { deleteSecret, deleteSecretsOf, type NewSecret, type SecretView, upsertSecret } from "./queries.ts";

/** What was done to a secret, and its entry for the audit log, which does not know the value. */
interface Written {
  readonly secret: SecretView;
  readonly entry: AuditRecord;
}

/** Sets a secret. @throws Problem 400 for what cannot be one, 503 without a master key */
export async function setSecret(db: Queryable, masterKey: MasterKey, wanted: NewSecret): Promise<Written> {
  checkSecret(wanted);
  const { before, after } = await upsertSecret(db, requireMasterKey(masterKey), wanted);
  const { id, project_id, name, scope, version } = after;
  const change = before === undefined ? { after: { name, scope, version } } : changeOf(before, after);
  return { secret: after, entry: { resource: "secret", id, project: project_id, ...change } };
}

/** Deletes a secret; undefined when there is none. */
export async function removeSecret(
  db: Queryable,
  projectId: string | null,
  secretName: string,
): Promise<Written | undefined> {
  const secret = await deleteSecret(db, projectId, secretName);
  return secret && { secret, entry: removalOf(secret) };
}

/** Deletes what a project that is deleted itself has left, so that no key is needed for it; gives the entries. */
export async function removeSecretsOf(db: Queryable, projectId: string): Promise<AuditRecord[]> {
  return (await deleteSecretsOf(db, projectId)).map(removalOf);
}

function removalOf({ id, project_id, name, scope, version }: SecretView): AuditRecord {
  return { resource: "secret", id, project: project_id, before: { name, scope, version } };
}
