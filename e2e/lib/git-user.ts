import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A git that nothing on this machine configures. */
const env = {
  PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
  HOME: "/nonexistent",
  LC_ALL: "C.UTF-8",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
};

/** How a git command went. */
export interface GitResult {
  readonly ok: boolean;
  /** What its user reads. */
  readonly text: string;
}

/** Runs git in a directory and gives what it prints. @throws when it fails */
export async function git(directory: string, ...args: readonly string[]): Promise<string> {
  return (await run("git", args, { cwd: directory, env, maxBuffer: 1 << 28 })).stdout.trim();
}

/** Runs git as its user would: a failure is a result like any other. */
export async function tryGit(directory: string, ...args: readonly string[]): Promise<GitResult> {
  try {
    return { ok: true, text: (await run("git", args, { cwd: directory, env, maxBuffer: 1 << 28 })).stderr };
  } catch (error) {
    return { ok: false, text: error instanceof Error && "stderr" in error ? String(error.stderr) : String(error) };
  }
}

/** A developer's repository, in a temporary directory. */
export class GitUser implements AsyncDisposable {
  readonly path: string;
  #commits = 0;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<GitUser> {
    const user = new GitUser(await mkdtemp(join(tmpdir(), "git-user-")));
    await user.git("init", "--quiet", "--initial-branch=main");
    return user;
  }

  git(...args: readonly string[]): Promise<string> {
    return git(this.path, ...args);
  }

  try(...args: readonly string[]): Promise<GitResult> {
    return tryGit(this.path, ...args);
  }

  /** Adds a commit on the branch that is checked out, and gives its SHA. */
  async commit(content?: string | Uint8Array): Promise<string> {
    const number = ++this.#commits;
    await writeFile(join(this.path, "file"), content ?? `commit ${number}\n`);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", `commit ${number}`);
    return await this.git("rev-parse", "HEAD");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
