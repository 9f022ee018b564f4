import type { PlatformConfig } from "../config.ts";
import { openStore } from "../platform.ts";
import { importProject, projectNameOf } from "../projects/import-project.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { createLogger } from "./logger.ts";
import { showProgress } from "./progress.ts";

const stderr = 2;

export interface ImportCommand {
  readonly source: string;
  readonly name: string | undefined;
  readonly owner: string;
  readonly visibility: ActiveProject["visibility"];
}

/** `platform import`: prints the new project's id and address. */
export async function importCommand(config: PlatformConfig, command: ImportCommand): Promise<void> {
  const store = await openStore(config, { mode: "guest", logger: createLogger("warn", stderr) });
  try {
    const project = await importProject(store.db, store.repositories, {
      ...command,
      name: command.name ?? projectNameOf(command.source),
      onProgress: showProgress,
    });
    process.stdout.write(`${project.id} ${project.owner_name}/${project.name}\n`);
  } finally {
    await store.close();
  }
}
