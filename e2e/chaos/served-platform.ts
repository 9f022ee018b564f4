import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { freePort } from "../../scripts/lib/host/free-port.ts";

const run = promisify(execFile);
const main = join(import.meta.dirname, "../../packages/platform/src/main.ts");
const node = ["--import", "tsx", main];

/** The platform as its own process on one data directory and one port, to be killed and started again. */
export class ServedPlatform {
  readonly url: string;
  readonly #data: string;
  readonly #listen: string;
  readonly #env: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #errors = "";
  #output = "";

  private constructor(data: string, listen: string, env: Readonly<Record<string, string>>) {
    this.#data = data;
    this.#env = env;
    this.#listen = listen;
    this.url = `http://${this.#listen}`;
  }

  /** `env` is added to the environment; `host` is the address at which it listens. */
  static async on(
    data: string,
    env: Readonly<Record<string, string>> = {},
    host = "127.0.0.1",
  ): Promise<ServedPlatform> {
    return new ServedPlatform(data, `${host}:${await freePort(host)}`, env);
  }

  /** The process that serves now. */
  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error("the platform has not been started");
    return pid;
  }

  /** What the process that serves now has printed: its log. */
  get printed(): string {
    return this.#output + this.#errors;
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    const child = spawn(process.execPath, [...node, "start", "--listen", this.#listen, "--data", this.#data], {
      // Faults are looked for as fast as they come.
      env: { ...process.env, PLATFORM_RATE_LIMITS: "off", PLATFORM_POD_URL: this.url, ...this.#env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process = child;
    this.#errors = "";
    this.#output = "";
    child.stdout.on("data", (chunk) => {
      this.#output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      this.#errors += chunk;
    });
    await this.#ready();
  }

  async #ready(): Promise<void> {
    while (
      !(await fetch(`${this.url}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ))
    ) {
      if (this.#process?.exitCode !== null) throw new Error(`the platform ended by itself: ${this.#errors}`);
      await delay(20);
    }
  }

  async killPlatform(): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  /** Kills every git that works on the platform's repositories, with all that it started. */
  async killGit(): Promise<void> {
    const { stdout } = await run("pgrep", ["-f", join(this.#data, "repositories")]).catch((error) => {
      // 1: there is none.
      if (error.code === 1) return { stdout: "" };
      throw error;
    });
    for (const pid of stdout.split("\n").filter(Boolean).map(Number)) {
      try {
        // The platform gives each git a process group of its own.
        process.kill(-pid, "SIGKILL");
      } catch {
        // It has ended, or belongs to a group that is on the list.
      }
    }
  }

  async killPostgres(): Promise<void> {
    const file = await readFile(join(this.#data, "postgres", "data", "postmaster.pid"), "utf8");
    process.kill(Number(file.split("\n", 1)[0]), "SIGKILL");
  }

  async token(): Promise<string> {
    const args = [...node, "token", "create", "--name", "chaos", "--data", this.#data];
    return (await run(process.execPath, args)).stdout.trim();
  }

  async stop(): Promise<void> {
    await run(process.execPath, [...node, "stop", "--data", this.#data]);
  }
}
