import { projects } from "@platform-mcp/client/contract";
import { importProject, projectNameOf } from "../projects/import-project.ts";
import { UserError } from "../user-error.ts";
import { defineCommand } from "./define-command.ts";
import { showProgress } from "./progress.ts";
import { withStore } from "./with-store.ts";

export const importCommand = defineCommand({
  name: "import",
  synopsis: "SOURCE [--name NAME] [--owner USER] [--visibility private|internal|public]",
  description: `Copy a git repository into a new project, and print the project's id and address. SOURCE is an https, http
or ssh URL, host:path, or a local path.`,
  options: {
    name: { type: "string" },
    owner: { type: "string", default: "admin" },
    visibility: { type: "string", default: "private" },
  },
  run: async (config, flags, source = "") => {
    const visibility = projects.visibility.safeParse(flags.visibility);
    if (!visibility.success) throw new UserError("--visibility must be private, internal or public");
    const { name = projectNameOf(source), owner } = flags;
    await withStore(config, async ({ db, repositories }) => {
      const request = { source, name, owner, visibility: visibility.data, onProgress: showProgress };
      const project = await importProject(db, repositories, request);
      process.stdout.write(`${project.id} ${project.owner_name}/${project.name}\n`);
    });
  },
});
