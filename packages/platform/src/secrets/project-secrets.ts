import type { Queryable } from "../db/queryable.ts";
import { decryptValue } from "./cipher.ts";
import { type MasterKey, requireMasterKey } from "./master-key.ts";
import { UnreadableSecretError } from "./unreadable-secret-error.ts";

/** What a secret is handed to. */
type SecretPurpose = "pipeline" | "agent" | "deploy" | "preview";

/**
 * What the steps of a project's pipelines, its agents, its deployments or its previews get as environment: values by
 * name. Where a project and the whole platform have one of the same name, the project's counts. Previews get only what is
 * for everything: they run what any branch holds.
 * @throws UnreadableSecretError naming the secret; Problem 503 when there are secrets and no master key
 */
export async function projectSecrets(
  db: Queryable,
  masterKey: MasterKey,
  { projectId, purpose }: { readonly projectId: string; readonly purpose: SecretPurpose },
): Promise<ReadonlyMap<string, string>> {
  const rows = await db
    .selectFrom("secrets")
    .where((eb) => eb.or([eb("project_id", "is", null), eb("project_id", "=", projectId)]))
    .where("scope", "in", purpose === "preview" ? ["all"] : [purpose, "all"])
    .select(["id", "project_id", "name", "scope", "encrypted_value"])
    .orderBy("project_id", (order) => order.asc().nullsFirst())
    .orderBy("name")
    .execute();
  const counting = new Map(rows.map((row) => [row.name, row]));
  const values = new Map<string, string>();
  for (const [name, row] of counting) {
    const value = decryptValue(requireMasterKey(masterKey), row, row.encrypted_value);
    if (value === undefined) throw new UnreadableSecretError(row);
    values.set(name, value);
  }
  return values;
}
