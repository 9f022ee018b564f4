import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const main = join(import.meta.dirname, "../../main.ts");
const execute = promisify(execFile);
const identity = { GIT_AUTHOR_NAME: "a", GIT_AUTHOR_EMAIL: "a@b", GIT_COMMITTER_NAME: "a", GIT_COMMITTER_EMAIL: "a@b" };
const base = { PATH: process.env.PATH ?? "", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null", ...identity };

/** A session's end, with what the runner said about it. */
export interface SessionEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The runner's last line, if it is a result. */
  readonly result: { readonly [key: string]: unknown } | undefined;
}

/** A remote repository with one commit, a clone of it, and a program in the place of Claude Code. */
export class SessionFixture implements AsyncDisposable {
  readonly directory: string;
  readonly remote: string;
  readonly workspace: string;

  private constructor(directory: string) {
    this.directory = directory;
    this.remote = join(directory, "remote.git");
    this.workspace = join(directory, "work");
  }

  static async create(): Promise<SessionFixture> {
    const fixture = new SessionFixture(await mkdtemp(join(tmpdir(), "runner-run-")));
    const { directory, remote, workspace } = fixture;
    await mkdir(join(directory, "bin"));
    await mkdir(join(directory, "servers"));
    for (const name of ["core", "pipeline", "issues"]) {
      await writeFile(join(directory, "servers", `platform-${name}.js`), "");
    }
    await execute("git", ["init", "--quiet", "--bare", "--initial-branch=main", remote], { env: base });
    await execute("git", ["init", "--quiet", "--initial-branch=main", workspace], { env: base });
    const setUp = [
      `git remote add origin '${remote}'`,
      "echo one > file; echo ignored > .gitignore; git add -A; git commit --quiet -m one",
      "git push --quiet origin main",
      "git remote set-head origin main",
    ];
    await fixture.sh(setUp.join(" && "));
    return fixture;
  }

  /** Runs a command in the clone, or elsewhere. */
  async sh(command: string, { cwd = this.workspace, input = "" } = {}): Promise<string> {
    const running = execute("sh", ["-c", command], { cwd, env: base });
    running.child.stdin?.on("error", () => {}).end(input);
    return (await running).stdout.trim();
  }

  /** What a bundle holds in a file for a branch. */
  inBundle(bundle: unknown, branch: string, path = "file"): Promise<string> {
    const fetch = `git fetch --quiet '${bundle}' 'refs/*:refs/rescued/*'`;
    return this.sh(
      `rm -rf again && git clone --quiet '${this.remote}' again && cd again && ${fetch} && git show 'refs/rescued/runner-rescue/${branch}:${path}'`,
      { cwd: this.directory },
    );
  }

  /** What a branch of the remote holds in a file. */
  at(branch: string, path = "file"): Promise<string> {
    return this.sh(`git --git-dir '${this.remote}' show '${branch}:${path}'`);
  }

  /** The remote's branches. */
  async branches(): Promise<string[]> {
    const list = "for-each-ref --format='%(refname:short)' refs/heads";
    const refs = await this.sh(`git --git-dir '${this.remote}' ${list}`, { cwd: this.directory });
    return refs.split("\n");
  }

  /** Starts a session in which a shell script does what the agent would. */
  async start(script: string, { env = {}, args = ["--", "do it"] }: StartOptions = {}) {
    const claude = join(this.directory, "bin", "claude");
    await writeFile(claude, `#!/bin/sh\n${script}\n`);
    await chmod(claude, 0o755);
    const child = spawn(process.execPath, [main, "run", ...args], {
      cwd: this.workspace,
      // As a shell starts a command, so that a Ctrl-C can be sent to all of it.
      detached: true,
      env: {
        ...base,
        PATH: `${join(this.directory, "bin")}:${base.PATH}`,
        TMPDIR: this.directory,
        MCP_SERVERS_DIR: join(this.directory, "servers"),
        PLATFORM_API_TOKEN: "plat_api_secret",
        SESSION_ID: "s1",
        CHECKPOINT_SECONDS: "600",
        PUSH_SECONDS: "60",
        ...env,
      },
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output.stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output.stderr += text;
    });
    const ended = once(child, "close").then(([code]): SessionEnd => {
      const last = output.stderr.trimEnd().split("\n").at(-1) ?? "";
      return { code, ...output, result: last.startsWith("{") ? JSON.parse(last) : undefined };
    });
    /** Waits until the agent has said something. @throws when it ends before */
    const said = async (words: string) => {
      while (!output.stdout.includes(words)) {
        const more = once(child.stdout, "data").then(() => true);
        if (!(await Promise.race([more, ended.then(() => false)]))) {
          throw new Error(`the session ended without ${words}: ${output.stdout}${output.stderr}`);
        }
      }
    };
    return { child, said, ended };
  }

  /** Runs a session to its end. */
  async run(script: string, options?: StartOptions): Promise<SessionEnd> {
    return await (await this.start(script, options)).ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
}
