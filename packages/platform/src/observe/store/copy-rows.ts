import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type pg from "pg";
import { from } from "pg-copy-streams";

/** A value as COPY reads it; undefined and null are NULL. */
export type CopyValue = string | number | null | undefined;

/** Rows that are put together before they are sent: what is put together is in memory twice. */
const rowsAtOnce = 200;

/** Adds rows to a table by COPY, in PostgreSQL's text format. */
export async function copyRows(
  client: pg.ClientBase,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  rows: Iterable<readonly CopyValue[]>,
): Promise<void> {
  await pipeline(Readable.from(chunksOf(rows)), client.query(from(`copy ${table} (${columns.join(", ")}) from stdin`)));
}

function* chunksOf(rows: Iterable<readonly CopyValue[]>): Generator<string> {
  let lines: string[] = [];
  for (const row of rows) {
    lines.push(`${row.map(fieldOf).join("\t")}\n`);
    if (lines.length < rowsAtOnce) continue;
    yield lines.join("");
    lines = [];
  }
  if (lines.length > 0) yield lines.join("");
}

const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "" };

function fieldOf(value: CopyValue): string {
  if (value === null || value === undefined) return "\\N";
  if (typeof value === "number") return String(value);
  return value.replace(/[\\\n\r\t\0]/g, (character) => escapes[character] ?? "");
}
