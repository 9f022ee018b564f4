import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { describeSession } from "./session/describe-session.ts";
import { findSession } from "./session/find-session.ts";
import { getSession } from "./session/get-session.ts";
import { reading } from "./session/session-scopes.ts";

export const sessionShow = defineCommand({
  name: "session show",
  synopsis: "ID [--project OWNER/NAME] [--json]",
  description: "Show a session: how it stands, or how it ended. ID may be its first 8 digits.",
  options: { project: { type: "string" }, json: { type: "boolean" } },
  run: async (config, { project: address, json }, id = "") => {
    await withClient(config, { command: "session show", scopes: reading }, async (client) => {
      const { project, session } = await findSession(client, id, address);
      const { messages: _, ...whole } = await getSession(client, { project_id: project.id, session_id: session.id });
      process.stdout.write(json ? `${JSON.stringify(whole, undefined, 2)}\n` : describeSession(whole, project.address));
    });
  },
});
