import { mkdir } from "node:fs/promises";
import { RunnerError } from "../runner-error.ts";
import { type Git, gitIn } from "./git.ts";
import { withPrivateFiles } from "./private-files.ts";
import { sessionEnvironment } from "./session-environment.ts";
import { readSessionSettings } from "./session-settings.ts";
import { inSeconds, whileAway } from "./while-away.ts";

/** Milliseconds that a clone may take. */
const timeout = 30 * 60_000;

interface CloneOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

/**
 * Makes the clone in which a session works, from `CLONE_URL`, in an empty directory: on the session's branch, which is
 * made from the default branch when the platform does not have it. No secret is left in it, and nothing that the
 * repository brings is run.
 *
 * @throws RunnerError with what git said
 */
export async function cloneRepository({ env, cwd }: CloneOptions): Promise<void> {
  const settings = readSessionSettings(env, cwd);
  const { workspace, branch, pushSeconds } = settings;
  const url = cloneUrl(env.CLONE_URL?.trim());
  await mkdir(workspace, { recursive: true });
  await withPrivateFiles(async (files) => {
    const git = gitIn(workspace, await sessionEnvironment(env, settings, files));
    const clone = () => git(["clone", "--quiet", "--no-checkout", "--origin", "origin", "--", url, "."], { timeout });
    await whileAway(inSeconds(pushSeconds), clone);
    await checkOut(git, branch);
  }).catch((error: unknown) => {
    throw new RunnerError("failed", error instanceof Error ? error.message : String(error));
  });
}

function cloneUrl(given: string | undefined): string {
  const url = given !== undefined && URL.canParse(given) ? new URL(given) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") {
    throw new RunnerError("configuration", "CLONE_URL must be an http or https URL without a user");
  }
  return url.href;
}

async function checkOut(git: Git, branch: string): Promise<void> {
  const exists = (ref: string) =>
    git(["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]).then(
      () => true,
      () => false,
    );
  const own = `refs/remotes/origin/${branch}`;
  const start = (await exists(own)) ? own : "refs/remotes/origin/HEAD";
  if (await exists(start)) await git(["checkout", "--quiet", "--no-track", "-B", branch, start], { timeout });
  // Nothing was ever pushed: the first commit is to be on the branch.
  else await git(["symbolic-ref", "HEAD", `refs/heads/${branch}`]);
}
