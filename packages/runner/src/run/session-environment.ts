import { realpath } from "node:fs/promises";
import { delimiter, dirname } from "node:path";
import { gitConfiguration } from "./git-configuration.ts";
import type { PrivateFiles } from "./private-files.ts";
import type { SessionSettings } from "./session-settings.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The environment in which a session's git, and its agent, can reach the platform's repository; as a secret, the token alone. */
export async function sessionEnvironment(
  env: Environment,
  { session, workspace, platformUrl }: SessionSettings,
  files: PrivateFiles,
): Promise<Environment> {
  const identity = { name: `agent ${session}`, email: `agent-${session}@agents.invalid` };
  const clone = await realpath(workspace).catch(() => workspace);
  const ceilings = [dirname(clone), env.GIT_CEILING_DIRECTORIES ?? ""].filter((path) => path !== "");
  const configuration = gitConfiguration({ identity, workspace, platformUrl });
  return {
    ...env,
    GIT_CONFIG_GLOBAL: await files.write("gitconfig", configuration),
    GIT_TERMINAL_PROMPT: "0",
    // Without its clone a work tree belongs to no repository, least of all to one around it.
    GIT_CEILING_DIRECTORIES: ceilings.join(delimiter),
  };
}
