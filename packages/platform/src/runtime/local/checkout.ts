import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGit } from "../../git/git.ts";
import type { StepPlan } from "../runtime.ts";

/** Milliseconds that a checkout may take. */
const timeout = 30 * 60_000;

/**
 * Checks out exactly that commit into an empty directory, with a `.git` of its own in which history, branches and tags
 * are to be seen. Its objects are the repository's, which is only read. Nothing that the repository holds is run: there
 * are no hooks, and without configuration its attributes name no program. Submodules stay empty directories.
 */
export async function checkOut(
  tree: string,
  { repository, commit }: StepPlan["source"],
  signal: AbortSignal,
): Promise<void> {
  const git = join(tree, ".git");
  await mkdir(join(git, "objects", "info"), { recursive: true });
  await mkdir(join(git, "refs"));
  await writeFile(join(git, "objects", "info", "alternates"), `${quoted(join(repository.path, "objects"))}\n`);
  await writeFile(join(git, "config"), config(repository.path));
  await writeFile(join(git, "HEAD"), `${commit}\n`);
  const refs = await readGit(["for-each-ref", `--format=${refFormat}`, "refs/heads", "refs/tags"], {
    repository,
    signal,
  });
  await writeFile(join(git, "packed-refs"), `# pack-refs with: sorted \n${refs}`);
  await readGit(["--git-dir", git, "--work-tree", tree, "read-tree", "-u", "--reset", commit], {
    signal,
    timeout,
    settings: { "attr.tree": commit },
  });
}

/** Branches as a clone shows them, in the order in which git sorts them. */
const refFormat =
  "%(objectname) %(if:equals=refs/heads)%(refname:rstrip=-2)%(then)refs/remotes/origin/%(refname:lstrip=2)%(else)%(refname)%(end)";

function config(repository: string): string {
  return `[core]
	repositoryformatversion = 0
	bare = false
[remote "origin"]
	url = ${quoted(repository)}
	pushurl = steps-cannot-push
	fetch = +refs/heads/*:refs/remotes/origin/*
[gc]
	auto = 0
`;
}

/** As git reads strings in its own files. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
