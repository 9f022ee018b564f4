import { text } from "node:stream/consumers";
import { sessions } from "@platform-mcp/client/contract";
import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { findSession } from "./session/find-session.ts";
import { commanding, reading } from "./session/session-scopes.ts";

const command = "session say";

export const sessionSay = defineCommand({
  name: command,
  synopsis: "ID TEXT [--project OWNER/NAME]",
  description:
    "Say something to an agent, which reads it between two calls of tools, or else after its answer. A TEXT of - is standard input.",
  options: { project: { type: "string" } },
  run: async (config, { project: address }, id = "", words = "") => {
    const content = words === "-" ? await text(process.stdin) : words;
    const found = await withClient(config, { command, scopes: reading }, (client) => findSession(client, id, address));
    const { project, session } = found;
    const role = session.role ?? "dev";
    const scopes = commanding({ role, deploy: true, observe: true });
    const projectId = role === "admin" ? null : project.id;
    await withClient(config, { command, scopes, projectId }, (client) =>
      client.call(sessions.sendMessage, { project_id: project.id, session_id: session.id, body: { content } }),
    );
    process.stderr.write(`said to session ${session.id}\n`);
  },
});
