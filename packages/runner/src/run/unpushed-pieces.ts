import type { Git } from "./git.ts";
import { reason } from "./problems.ts";
import type { SessionSettings } from "./session-settings.ts";

/** A commit to be saved, and where it belongs. */
export interface Piece {
  readonly commit: string;
  readonly branch: string;
}

/** The commit, if it is known to be on no branch of the platform. */
export async function unpushed(git: Git, name: string, branch: string): Promise<Piece | undefined> {
  const commit = await git(["rev-list", "--max-count=1", name, "--not", "--remotes=origin"]).catch(() => "");
  return commit === "" ? undefined : { commit, branch };
}

interface UnpushedPieces {
  readonly pieces: readonly Piece[];
  /** Why something is not among them, in a repository that is damaged. */
  readonly unreadable: readonly string[];
}

/** The work tree's commit, then the other local branches and what was put aside: each as far as no known remote branch has it. */
export async function unpushedPieces(
  git: Git,
  tree: string | undefined,
  { branch, session }: SessionSettings,
): Promise<UnpushedPieces> {
  const unreadable: string[] = [];
  const lines = async (args: readonly string[]) => {
    const printed = await git(args).catch((error: unknown) => {
      unreadable.push(reason(error));
      return "";
    });
    return printed.split("\n").filter((line) => line !== "");
  };
  const branches = await lines(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  const aside = await lines(["stash", "list", "--format=%H"]);
  const others = [
    ...branches.map((line) => ({ commit: line.slice(0, 40), branch: line.slice(41) })),
    ...aside.map((commit, index) => ({ commit, branch: `agent/${session}-stash${index === 0 ? "" : `-${index}`}` })),
  ];
  const pieces: Piece[] = [];
  for (const piece of [...(tree === undefined ? [] : [{ commit: tree, branch }]), ...others]) {
    const known = pieces.map(({ commit }) => commit);
    const missing = await lines(["rev-list", "--max-count=1", piece.commit, "--not", "--remotes=origin", ...known]);
    if (missing.length > 0) pieces.push(piece);
  }
  return { pieces, unreadable };
}
