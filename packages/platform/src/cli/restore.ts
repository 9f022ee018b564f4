import { resolve } from "node:path";
import { restoreBackup } from "../backup/restore-backup.ts";
import { findGit } from "../git/find-git.ts";
import { defineCommand } from "./define-command.ts";
import { inOneLine } from "./in-one-line.ts";
import { interruptible } from "./interrupt.ts";
import { showProgress } from "./progress.ts";

export const restore = defineCommand({
  name: "restore",
  synopsis: "BACKUP",
  description: `Put a backup into DIR, and with DATABASE_URL into that database: all of it, or nothing. Both must be empty. A
backup of an older version is brought up to date.`,
  options: {},
  run: async (config, _flags, file = "") => {
    await findGit();
    const options = { onProgress: showProgress };
    const manifest = await inOneLine("the restore failed", () =>
      interruptible((signal) => restoreBackup(resolve(file), config, { ...options, signal })),
    );
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const what = `${rows} rows and ${manifest.repositories.length} repositories as of ${manifest.created_at}`;
    process.stderr.write(`restored ${what} into ${config.dataDirectory}\n`);
  },
});
