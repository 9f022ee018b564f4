import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { createBackup } from "../backup/create-backup.ts";
import { exists, hasDatabase } from "../backup/unfinished-restore.ts";
import { openDatabase } from "../db/open.ts";
import { repositoriesIn } from "../git/repositories.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { inOneLine } from "./in-one-line.ts";
import { interruptible } from "./interrupt.ts";
import { showProgress } from "./progress.ts";

export const backup = defineCommand({
  name: "backup",
  synopsis: "[--output FILE|DIRECTORY]",
  description: `Write the database, all repositories, logs and artifacts, and the master key of this directory to one tar
file, while the platform serves, and print its name. It holds everything that is secret about the platform, and is readable by you alone. Without --output it is made
in the current directory, and in a directory it is named by the time.`,
  options: { output: { type: "string", default: "." } },
  run: async (config, { output }) => {
    const { dataDirectory, databaseUrl } = config;
    const path = await fileFor(output);
    if (!(await hasDatabase(config))) throw new UserError(`${dataDirectory} holds no platform: nothing to back up`);
    const { pool, close } = await openDatabase({ url: databaseUrl, dataDirectory }, { mode: "guest" });
    try {
      const source = { pool, repositories: repositoriesIn(dataDirectory), dataDirectory };
      await inOneLine("the backup failed", () =>
        interruptible((signal) => createBackup(source, path, { signal, onProgress: showProgress })),
      );
    } finally {
      await close();
    }
    process.stdout.write(`${path}\n`);
  },
});

/** The file to make. @throws UserError when it cannot be made, before any work */
async function fileFor(output: string): Promise<string> {
  const given = resolve(output);
  const isDirectory = await stat(given).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const time = new Date().toISOString().slice(0, 19).replaceAll(":", "-");
  const path = isDirectory ? join(given, `platform-${time}Z.tar`) : given;
  if (await exists(path)) throw new UserError(`${path} is there already: choose another name`);
  if (!(await exists(resolve(path, "..")))) throw new UserError(`the directory of ${path} does not exist`);
  return path;
}
