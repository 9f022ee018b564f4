import { type KeyObject, randomUUID } from "node:crypto";
import type { Selectable } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { SecretsTable } from "../db/schema.ts";
import { encryptValue } from "./cipher.ts";

/** A secret without its value, as the API shows it. */
export type SecretView = Omit<Selectable<SecretsTable>, "encrypted_value" | "created_by">;

const shown = ["id", "project_id", "name", "scope", "version", "created_at", "updated_at"] as const;

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A page of a project's secrets, or with null of the whole platform's, by name. */
export async function listSecrets(db: Queryable, projectId: string | null, page: Page): Promise<SecretView[]> {
  return await db
    .selectFrom("secrets")
    .where("project_id", "is not distinct from", projectId)
    .select(shown)
    .orderBy("name")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
}

/** What a secret is to be. */
export interface NewSecret {
  /** Null for one of the whole platform. */
  readonly project_id: string | null;
  readonly name: string;
  readonly scope: SecretsTable["scope"];
  readonly value: string;
  readonly created_by: string | null;
}

/** Makes a secret, or gives it another value and the next version; `before` is what it was, if it was there. */
export async function upsertSecret(
  db: Queryable,
  key: KeyObject,
  { value, ...secret }: NewSecret,
): Promise<{ readonly before: SecretView | undefined; readonly after: SecretView }> {
  // Of these at least one finds what it looks for, unless others make and delete it all the time.
  for (;;) {
    const made = await insertSecret(db, key, { ...secret, id: randomUUID() }, value);
    if (made !== undefined) return { before: undefined, after: made };
    const before = await db
      .selectFrom("secrets")
      .where("project_id", "is not distinct from", secret.project_id)
      .where("name", "=", secret.name)
      .select(shown)
      .forUpdate()
      .executeTakeFirst();
    if (before === undefined) continue;
    const encrypted_value = encryptValue(key, { ...secret, id: before.id }, value);
    const after = await db
      .updateTable("secrets")
      .set((eb) => ({ encrypted_value, scope: secret.scope, version: eb("version", "+", 1) }))
      .where("id", "=", before.id)
      .returning(shown)
      .executeTakeFirstOrThrow();
    return { before, after };
  }
}

/** Undefined when one of this name is there. */
async function insertSecret(
  db: Queryable,
  key: KeyObject,
  row: Omit<NewSecret, "value"> & { readonly id: string },
  value: string,
): Promise<SecretView | undefined> {
  return await db
    .insertInto("secrets")
    .values({ ...row, encrypted_value: encryptValue(key, row, value) })
    .onConflict((on) => on.columns(["project_id", "name"]).doNothing())
    .returning(shown)
    .executeTakeFirst();
}

/** Removes a secret and gives what it was; undefined when there is none. */
export async function deleteSecret(
  db: Queryable,
  projectId: string | null,
  name: string,
): Promise<SecretView | undefined> {
  return await db
    .deleteFrom("secrets")
    .where("project_id", "is not distinct from", projectId)
    .where("name", "=", name)
    .returning(shown)
    .executeTakeFirst();
}

/** Removes all secrets of a project and gives what they were. */
export async function deleteSecretsOf(db: Queryable, projectId: string): Promise<SecretView[]> {
  return await db.deleteFrom("secrets").where("project_id", "=", projectId).returning(shown).execute();
}
