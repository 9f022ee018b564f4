import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readGit } from "../../git/git.ts";
import { findObjects } from "../../git/objects.ts";
import { StartError } from "../runtime.ts";

/** Milliseconds that a checkout may take. */
const timeout = 30 * 60_000;

export interface Source {
  /** The path of the bare repository. */
  readonly repository: string;
  /** Full SHA. */
  readonly commit: string;
}

/**
 * Checks out exactly that commit into an empty directory, with a `.git` of its own in which history, branches and tags
 * are to be seen. Its objects are the repository's, which is only read. Nothing that the repository holds is run: there
 * are no hooks, and without configuration its attributes name no program. Submodules stay empty directories.
 *
 * @throws StartError when there is no such commit
 */
export async function checkOut(tree: string, { repository: path, commit }: Source, signal: AbortSignal): Promise<void> {
  const repository = { path };
  const git = join(tree, ".git");
  await mkdir(join(git, "objects", "info"), { recursive: true });
  await mkdir(join(git, "refs"));
  await Promise.all([
    writeFile(join(git, "objects", "info", "alternates"), `${quoted(join(path, "objects"))}\n`),
    writeFile(join(git, "config"), config(path)),
    writeFile(join(git, "HEAD"), `${commit}\n`),
  ]);
  const settings = {
    // What is text, say, is for the commit to say here.
    "attr.tree": commit,
    // Making files takes longer than unpacking them; git does the few of a small repository by itself.
    "checkout.workers": "2",
  };
  const args = ["--git-dir", git, "--work-tree", tree, "read-tree", "-u", "--reset", commit];
  const results = await Promise.allSettled([
    readGit(args, { signal, timeout, settings }),
    readGit(["for-each-ref", `--format=${refFormat}`, "refs/heads", "refs/tags"], { repository, signal }).then((refs) =>
      writeFile(join(git, "packed-refs"), `# pack-refs with: sorted \n${refs}`),
    ),
  ]);
  const failure = results.find((result) => result.status === "rejected");
  if (failure === undefined) return;
  const [found] = await findObjects(repository, [commit], signal);
  if (found?.type !== "commit") throw new StartError(`The commit ${commit} is not in the repository any more`);
  throw failure.reason;
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
