import { text } from "node:stream/consumers";
import { type BodyOf, sessions } from "@platform-mcp/client/contract";
import type { PlatformConfig } from "../config.ts";
import { UserError } from "../user-error.ts";
import { withClient } from "./api/with-client.ts";
import { defineCommand } from "./define-command.ts";
import { firstProblem } from "./first-problem.ts";
import { findProject, type NamedProject } from "./session/projects.ts";
import { commanding, reading } from "./session/session-scopes.ts";
import { terminalText } from "./session/terminal-text.ts";
import { watchSession } from "./session/watch-session.ts";

const command = "session start";
/** A session ends with the token that it was asked for with, if not before: it is waited for and prolonged below that. */
const twoDays = 2 * 24 * 60;

export const sessionStart = defineCommand({
  name: command,
  synopsis: `--project OWNER/NAME [--role dev|ops|admin|ui] [--branch B] [--model M] [--max-turns N] [--image I]
      [--setup CMD]... [--delegate-deploy] [--delegate-observe] [--deadline MINUTES] [--detach] PROMPT`,
  description: `Start an agent on a task and show what it does until it has ended: exit code 0 when it completed, 1 when it
failed, 3 when it was stopped. Ctrl-C leaves it to itself. A PROMPT of - is read from standard input. It works
in a clone of its own, on a new branch unless --branch names one, and pushes there. --setup commands run in
the clone before it, in their order. It is lent what --delegate-... says, as far as you hold it. It ends after
120 minutes unless --deadline or the platform's configuration says otherwise. --detach prints the session's id
and does not wait.`,
  options: {
    project: { type: "string" },
    role: { type: "string" },
    branch: { type: "string" },
    model: { type: "string" },
    "max-turns": { type: "string" },
    image: { type: "string" },
    setup: { type: "string", multiple: true },
    "delegate-deploy": { type: "boolean", default: false },
    "delegate-observe": { type: "boolean", default: false },
    deadline: { type: "string" },
    detach: { type: "boolean", default: false },
  },
  run: async (config, { project: address, detach, ...flags }, prompt = "") => {
    if (address === undefined) throw new UserError(`${command} needs --project OWNER/NAME`);
    const body = readBody({
      prompt: prompt === "-" ? await text(process.stdin) : prompt,
      branch: flags.branch,
      config: {
        role: flags.role,
        model: flags.model,
        max_turns: flags["max-turns"] === undefined ? undefined : Number(flags["max-turns"]),
        image: flags.image,
        setup_commands: flags.setup,
      },
      delegate_deploy: flags["delegate-deploy"],
      delegate_observe: flags["delegate-observe"],
      deadline_minutes: flags.deadline === undefined ? undefined : Number(flags.deadline),
    });
    await withClient(config, { command, scopes: reading }, async (client) => {
      const project = await findProject(client, address);
      const session = await createSession(config, project, body);
      if (detach) process.stdout.write(`${session.id}\n`);
      else await watchSession(client, { project, session });
    });
  },
});

type Body = BodyOf<typeof sessions.createSession>;

const flagOf: Readonly<Record<string, string>> = {
  prompt: "PROMPT",
  "config.max_turns": "--max-turns",
  "config.setup_commands": "--setup",
  deadline_minutes: "--deadline",
};

/** What the flags ask for, checked as the platform would. @throws UserError naming the flag */
function readBody(given: Readonly<Record<string, unknown>>): Body {
  const { success, data, error } = sessions.createSession.body.safeParse(given);
  if (success) return data;
  const [issue] = error.issues;
  const path = issue?.path.filter((part) => typeof part === "string").join(".") ?? "";
  throw new UserError(firstProblem(error.issues, flagOf[path] ?? `--${path.replace("config.", "")}`));
}

async function createSession(config: PlatformConfig, project: NamedProject, body: Body): Promise<{ id: string }> {
  const role = body.config.role ?? "dev";
  const scopes = commanding({ role, deploy: body.delegate_deploy, observe: body.delegate_observe });
  // What governs the platform is held on all of it, or not at all.
  const projectId = role === "admin" ? null : project.id;
  const session = await withClient(config, { command, scopes, minutes: twoDays, projectId }, (client) =>
    client.call(sessions.createSession, { project_id: project.id, body }),
  );
  process.stderr.write(
    `session ${session.id} on ${project.address}, role ${role}: its work goes to ${terminalText(session.branch ?? "")}\n`,
  );
  for (const { permission, tools } of session.skipped_permissions ?? []) {
    const refused = tools.length === 0 ? "" : `: refused will be ${tools.join(", ")}`;
    process.stderr.write(`it is not lent ${permission}, which you do not hold${refused}\n`);
  }
  return session;
}
