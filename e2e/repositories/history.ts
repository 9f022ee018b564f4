import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

const environment = {
  PATH: process.env.PATH,
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "Ada Ångström",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Release Robot",
  GIT_COMMITTER_EMAIL: "robot@example.com",
};
const start = Date.UTC(2015, 0, 1, 12) / 1000;
const day = 86_400;

/** Writes the history of a bare repository, always the same one: names and times are fixed, a commit a day. */
export class History {
  readonly #directory: string;
  #day = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async create(): Promise<void> {
    await this.git(["init", "--quiet", "--bare", "--template=", "--object-format=sha1", "--initial-branch=main"]);
    await this.git(["config", "gc.auto", "0"]);
  }

  async git(args: readonly string[], workTree?: string, input?: string): Promise<string> {
    const date = `${start + this.#day * day} +0100`;
    const child = run("git", ["--git-dir", this.#directory, ...(workTree ? ["--work-tree", workTree] : []), ...args], {
      env: { ...environment, GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date },
      cwd: workTree,
      maxBuffer: 1 << 26,
    });
    child.child.stdin?.end(input);
    return (await child).stdout.trimEnd();
  }

  /** Makes the index hold exactly the files of a directory. */
  async stageDirectory(directory: string): Promise<void> {
    await this.git(["add", "--all", "--force", "."], directory);
  }

  /** Adds a file to the index; mode 120000 is a symbolic link, whose content is its target. */
  async stageFile(path: string, content: string, mode: "100644" | "120000" = "100644"): Promise<void> {
    const sha = await this.git(["hash-object", "-w", "--stdin"], undefined, content);
    await this.git(["update-index", "--add", "--cacheinfo", `${mode},${sha},${path}`]);
  }

  /** Commits the index onto a branch. */
  async commit(branch: string, message: string, mergedBranch?: string): Promise<void> {
    this.#day++;
    const tree = await this.git(["write-tree"]);
    const head = await this.git(["for-each-ref", "--format=%(objectname)", `refs/heads/${branch}`]);
    const parents = [head, mergedBranch ?? ""].filter(Boolean).flatMap((parent) => ["-p", parent]);
    const commit = await this.git(["commit-tree", tree, ...parents, "-m", message]);
    await this.git(["update-ref", `refs/heads/${branch}`, commit]);
  }
}
