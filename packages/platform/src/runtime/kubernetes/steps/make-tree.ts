import { realpath, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGit } from "../../../git/git.ts";
import { checkOut } from "../../local/checkout.ts";
import { putInputs } from "../../local/inputs.ts";
import { StartError, type StepPlan } from "../../runtime.ts";

/** Milliseconds that packing the history may take. */
const timeout = 30 * 60_000;

/** There is no way from a pod to the repository: its step holds nothing that the platform would let in. */
const config = `[core]
	repositoryformatversion = 0
	bare = false
[remote "origin"]
	url = steps-cannot-fetch
	fetch = +refs/heads/*:refs/remotes/origin/*
[gc]
	auto = 0
`;

/**
 * Makes a step's work tree in an empty directory of this machine: as a step gets it that runs here, but with all objects
 * in its own `.git`, so that it can be taken elsewhere.
 *
 * @throws StartError, and the signal's reason
 */
export async function makeTree(tree: string, { source, inputs }: StepPlan, signal: AbortSignal): Promise<void> {
  const git = join(tree, ".git");
  try {
    const repository = await realpath(source.repository.path);
    await checkOut(tree, { repository, commit: source.commit }, signal);
    await readGit(["--git-dir", git, "repack", "-a", "-d", "-q"], { signal, timeout });
    await rm(join(git, "objects", "info", "alternates"));
    await writeFile(join(git, "config"), config);
    await putInputs(tree, inputs, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StartError) throw error;
    throw new StartError(`The work tree cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}
