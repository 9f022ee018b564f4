import { UserError } from "../user-error.ts";
import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { findSession } from "./session/find-session.ts";
import { reading } from "./session/session-scopes.ts";
import { watchSession } from "./session/watch-session.ts";

export const sessionFollow = defineCommand({
  name: "session follow",
  synopsis: "ID [--project OWNER/NAME] [--after N] [--json]",
  description: `Show what happened in a session and what happens until it has ended; the exit code is as of session start.
With --after only what came after event N; with --json each event as a line of JSON.`,
  options: { project: { type: "string" }, after: { type: "string", default: "0" }, json: { type: "boolean" } },
  run: async (config, { project: address, json, ...flags }, id = "") => {
    const after = Number(flags.after);
    if (!Number.isInteger(after) || after < 0) throw new UserError("--after must be the number of an event");
    await withClient(config, { command: "session follow", scopes: reading }, async (client) => {
      await watchSession(client, await findSession(client, id, address), { after, json });
    });
  },
});
