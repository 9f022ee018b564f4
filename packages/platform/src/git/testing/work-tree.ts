import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { plainEnvironment } from "./plain-git.ts";

const run = promisify(execFile);
const env = { ...plainEnvironment, GIT_TERMINAL_PROMPT: "0" };

/** How a git command went. */
export interface GitResult {
  readonly ok: boolean;
  /** What its user reads. */
  readonly text: string;
}

/** A repository with a work tree, such as a developer has, in a temporary directory. */
export class WorkTree implements Disposable {
  readonly path: string;
  #commits = 0;

  private constructor() {
    this.path = mkdtempSync(join(tmpdir(), "work-tree-"));
  }

  /** With one commit on `main`. */
  static async create(): Promise<WorkTree> {
    const tree = new WorkTree();
    await tree.git("init", "--quiet", "--initial-branch=main");
    await tree.commit();
    return tree;
  }

  /** Runs git and gives what it prints. @throws when it fails */
  async git(...args: readonly string[]): Promise<string> {
    return (await run("git", args, { cwd: this.path, env, maxBuffer: 1 << 28 })).stdout.trim();
  }

  /** Adds a commit on the branch that is checked out, and gives its SHA. */
  async commit(content: string | Buffer = `commit ${++this.#commits}\n`, file = "file"): Promise<string> {
    await writeFile(join(this.path, file), content);
    await this.git("add", "--all");
    await this.git("commit", "--quiet", "--message", `commit ${this.#commits}`);
    return await this.git("rev-parse", "HEAD");
  }

  /** Runs git as its user would: a failure is a result like any other. */
  async try(...args: readonly string[]): Promise<GitResult> {
    try {
      const { stderr } = await run("git", args, { cwd: this.path, env });
      return { ok: true, text: stderr };
    } catch (error) {
      return { ok: false, text: error instanceof Error && "stderr" in error ? String(error.stderr) : String(error) };
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 3 });
  }
}
