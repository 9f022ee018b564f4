import { sessions } from "@platform-mcp/client/contract";
import { UserError } from "../user-error.ts";
import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { listOptions, printList } from "./print-list.ts";
import { listSessions } from "./session/find-session.ts";
import { findProject, listProjects } from "./session/projects.ts";
import { reading } from "./session/session-scopes.ts";

export const sessionList = defineCommand({
  name: "session list",
  synopsis: "[--project OWNER/NAME] [--status STATUS] [--limit N] [--json]",
  description: `List the newest sessions, 20 unless --limit says otherwise, of a project or of all that you may read. STATUS is
pending, running, completed, failed or stopped.`,
  options: {
    ...listOptions,
    project: { type: "string" },
    status: { type: "string" },
    limit: { type: "string", default: "20" },
  },
  run: async (config, { json, project: address, ...flags }) => {
    const limit = Number(flags.limit);
    if (!Number.isInteger(limit) || limit < 1) throw new UserError("--limit must be a whole number from 1");
    const { success, data: status } = sessions.sessionStatus.optional().safeParse(flags.status);
    if (!success) throw new UserError(`--status must be one of ${sessions.sessionStatus.options.join(", ")}`);
    const rows = await withClient(config, { command: "session list", scopes: reading }, async (client) => {
      const found: Row[] = [];
      const where = address === undefined ? listProjects(client) : [await findProject(client, address)];
      for await (const project of where) {
        let count = 0;
        for await (const session of listSessions(client, project, status)) {
          if (++count > limit) break;
          found.push(rowOf(session, project.address));
        }
      }
      return found.sort((a, b) => b.created.localeCompare(a.created)).slice(0, limit);
    });
    printList(
      json ? rows : rows.map((row) => ({ ...row, id: row.id.slice(0, 8), prompt: row.prompt.slice(0, 60) })),
      json,
    );
  },
});

type Row = ReturnType<typeof rowOf>;

function rowOf({ id, status, reason, role, user_name, branch, created_at, prompt }: sessions.Session, project: string) {
  const why = reason != null && reason !== "exit" && reason !== status ? ` (${reason})` : "";
  return {
    ...{ id, project, status: `${status}${why}`, role: role ?? null, user: user_name ?? null, branch },
    created: created_at,
    prompt: prompt.replace(/\s+/g, " "),
  };
}
