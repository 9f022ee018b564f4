import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { git, gitEnvironment } from "./git.ts";

/** The program itself: what is spawned as `git daemon` is only its parent. Undefined where git comes without it. */
export async function findGitDaemon(): Promise<string | undefined> {
  const program = join(await git(["--exec-path"]), "git-daemon");
  return existsSync(program) ? program : undefined;
}

/** Git's own server of the `git://` protocol, which asks nobody who they are, on a free port of loopback. */
export class GitDaemon implements AsyncDisposable {
  /** Of the directory that it serves. */
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
  }

  static async start(program: string, directory: string): Promise<GitDaemon> {
    const port = await freePort();
    const where = ["--listen=127.0.0.1", `--port=${port}`, `--base-path=${directory}`];
    const child = spawn(program, ["--verbose", "--export-all", ...where], {
      env: gitEnvironment,
      stdio: ["ignore", "ignore", "pipe"],
    });
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject).once("exit", () => reject(new Error("git daemon did not start")));
      // It goes on to tell of each client: the listener stays, so that the pipe never fills.
      createInterface(child.stderr).on("line", (line) => line.includes("Ready to rumble") && resolve());
    });
    return new GitDaemon(`git://127.0.0.1:${port}`, child);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill();
    await once(this.#child, "exit");
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
