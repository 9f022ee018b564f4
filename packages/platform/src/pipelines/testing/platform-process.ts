import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";

const tsx = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const program = fileURLToPath(new URL("serve-platform.ts", import.meta.url));

/** A platform in a process of its own, to be killed and stopped. */
export class PlatformProcess implements AsyncDisposable {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** Starts it and waits until it serves; its claims on steps last `lease` milliseconds. */
  static async start(env: Readonly<Record<string, string>>, lease: number): Promise<PlatformProcess> {
    const child = spawn(process.execPath, ["--import", tsx, program, String(lease)], {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: child.stdout });
    const [url] = await Promise.race([
      once(lines, "line"),
      once(child, "exit").then(() => {
        throw new Error("the platform ended before it served");
      }),
    ]);
    return new PlatformProcess(child, String(url));
  }

  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** kill -9, and waits until it has ended. */
  async kill(): Promise<void> {
    const ended = once(this.#child, "exit");
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill("SIGKILL");
    await ended;
  }

  /** Lets it close. */
  async close(): Promise<void> {
    const ended = once(this.#child, "exit");
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.stdin?.end();
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
