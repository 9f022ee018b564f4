import { sessions } from "@platform-mcp/client/contract";
import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { findSession } from "./session/find-session.ts";
import { hasEnded } from "./session/get-session.ts";
import { writing } from "./session/session-scopes.ts";

export const sessionStop = defineCommand({
  name: "session stop",
  synopsis: "ID [--project OWNER/NAME]",
  description: "End a session. What its agent has done is saved first, which may take two minutes.",
  options: { project: { type: "string" } },
  run: async (config, { project: address }, id = "") => {
    await withClient(config, { command: "session stop", scopes: writing }, async (client) => {
      const { project, session } = await findSession(client, id, address);
      if (hasEnded(session)) return void process.stderr.write(`session ${session.id} has ended: ${session.status}\n`);
      await client.call(sessions.stopSession, { project_id: project.id, session_id: session.id });
      process.stderr.write(`session ${session.id} is asked to end, and saves its work\n`);
    });
  },
});
