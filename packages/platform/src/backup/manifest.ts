import * as z from "zod";
import { UserError } from "../user-error.ts";
import { keptFile } from "./kept-files.ts";

/** The version of the format of backups that is written; the only one there has been. */
export const backupFormat = 1;

export const manifestName = "manifest.json";

/** What a backup holds and how to put it back. */
export const manifest = z.object({
  format: z.literal(backupFormat),
  platform_version: z.string(),
  /** When the database's snapshot was taken. */
  created_at: z.iso.datetime(),
  /** The migrations that had been applied, in order: the schema of the tables. */
  migrations: z.array(z.string()),
  /** In an order in which no row comes before one that it refers to. */
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number() })),
  sequences: z.array(z.object({ name: z.string(), last_value: z.string(), is_called: z.boolean() })),
  repositories: z.array(
    z.object({
      project_id: z.uuid(),
      /** `owner/name`, for people. */
      address: z.string(),
      head: z.string(),
      refs: z.number(),
      /** The commits at which the history of a shallow repository ends. */
      shallow: z.array(z.string()),
    }),
  ),
  /** Files by their names in the data directory. */
  files: z.array(z.string().regex(keptFile)).default([]),
});

export type Manifest = z.infer<typeof manifest>;
export type TableEntry = Manifest["tables"][number];
export type SequenceEntry = Manifest["sequences"][number];
export type RepositoryEntry = Manifest["repositories"][number];

/** @throws UserError for the manifest of a newer format, or of something else */
export function parseManifest(text: string): Manifest {
  const content: unknown = JSON.parse(text);
  const { data: head } = z.object({ format: z.number(), platform_version: z.string() }).safeParse(content);
  if (head !== undefined && head.format > backupFormat) {
    throw new UserError(
      `the backup was made by platform ${head.platform_version}: restore it with that or a newer one`,
    );
  }
  return manifest.parse(content);
}

export function tableFile(table: string): string {
  return `database/${table}.copy.gz`;
}

export function bundleFile(projectId: string): string {
  return `repositories/${projectId}.bundle`;
}
