import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Stage } from "./stage.ts";

/** An agent's shell: where it works, and all that its commands find in their environment. */
export interface AgentShell {
  /** The clone. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Git asks this for the password of a push: the token stands in the environment, in no file and no argument. */
const credentialHelper = '!f() { test "$1" = get && echo "password=$PLATFORM_API_TOKEN"; }; f';

/** Clones the repository as an agent would, and gives the shell in which it goes on. */
export async function openShell({ directory, environment, repository }: Stage): Promise<AgentShell> {
  const home = join(directory, "home");
  const cwd = join(directory, "hello-web");
  await mkdir(home);
  const env = {
    ...environment,
    PATH: process.env.PATH ?? "",
    HOME: home,
    LC_ALL: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_AUTHOR_NAME: "agent",
    GIT_AUTHOR_EMAIL: "agent@localhost.invalid",
    GIT_COMMITTER_NAME: "agent",
    GIT_COMMITTER_EMAIL: "agent@localhost.invalid",
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "credential.helper",
    GIT_CONFIG_VALUE_0: credentialHelper,
  };
  await runCommand(`git clone --quiet '${repository}' '${cwd}'`, { cwd: directory, env });
  return { cwd, env };
}

/** Runs a command and gives what it prints. @throws when its exit code is not 0, with what it printed */
export function runCommand(command: string, shell: AgentShell): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("sh", ["-c", command], shell, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) resolve(output);
      else reject(new Error(`${command}\n${output}`));
    });
  });
}
