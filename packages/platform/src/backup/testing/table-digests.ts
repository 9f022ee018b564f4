import { createHash } from "node:crypto";
import pg from "pg";
import { listTables } from "../list-tables.ts";

/** For each table a SHA-256 of its rows in order, as PostgreSQL writes rows as text: equal tables, equal digests. */
export async function tableDigests(client: pg.ClientBase): Promise<Readonly<Record<string, string>>> {
  const digests: Record<string, string> = {};
  for (const { name, columns } of await listTables(client)) {
    const list = columns.map((column) => pg.escapeIdentifier(column)).join(", ");
    const { rows } = await client.query<{ row: string }>(
      `select row(${list})::text as row from ${pg.escapeIdentifier(name)} order by 1`,
    );
    digests[name] = createHash("sha256")
      .update(rows.map(({ row }) => `${row}\n`).join(""))
      .digest("hex");
  }
  return digests;
}
