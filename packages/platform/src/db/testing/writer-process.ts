import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath, pathToFileURL } from "node:url";
import { until } from "../embedded/until.ts";

const TSX = pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href;
const PROGRAM = fileURLToPath(new URL("writer.ts", import.meta.url));

interface Message {
  readonly event?: { readonly kind: string; readonly detail: string };
  readonly ready?: { readonly milliseconds: number; readonly ids: readonly number[] };
  readonly acknowledged?: number;
  readonly refused?: string;
  readonly failed?: { readonly name: string; readonly message: string };
}

/** A running writer.ts and what it has said. */
export class WriterProcess {
  readonly child: ChildProcess;
  readonly acknowledged: number[] = [];
  readonly events: string[] = [];
  ready: Message["ready"];
  failed: Message["failed"];
  over = false;
  /** Resolves once it has opened the database or failed to. */
  readonly settled: Promise<void>;
  #stderr = "";

  constructor(dataDirectory: string, mode: "owner" | "guest" = "owner", env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, ["--import", TSX, PROGRAM, dataDirectory, mode], {
      stdio: "pipe",
      env: { ...process.env, ...env },
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    this.child.on("close", () => {
      this.over = true;
    });
    if (this.child.stdout !== null) {
      createInterface({ input: this.child.stdout }).on("line", (line) => this.#read(line));
    }
    const isSettled = () => this.ready !== undefined || this.over;
    this.settled = until(isSettled, 60_000).then(() => {});
  }

  /** Waits until it has opened the database. */
  async opened(): Promise<NonNullable<Message["ready"]>> {
    await this.waitFor("the database to be open", () => this.ready !== undefined);
    if (this.ready === undefined) {
      throw new Error("not open");
    }
    return this.ready;
  }

  async waitFor(what: string, condition: () => boolean, milliseconds = 60_000): Promise<void> {
    const met = await until(() => condition() || this.over, milliseconds, 2);
    if (!met || !condition()) {
      throw new Error(`waited for ${what}: ${JSON.stringify(this.failed)} ${this.events.join(" ")} ${this.#stderr}`);
    }
  }

  send(line: "write" | "close"): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** kill -9, and waits until it has ended. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.ended();
  }

  async close(): Promise<void> {
    this.send("close");
    await this.ended();
  }

  async ended(): Promise<void> {
    if (!(await until(() => this.over, 60_000))) {
      throw new Error("the process does not end");
    }
  }

  #read(line: string): void {
    const message: Message = JSON.parse(line);
    this.ready ??= message.ready;
    this.failed ??= message.failed;
    if (message.acknowledged !== undefined) {
      this.acknowledged.push(message.acknowledged);
    }
    if (message.event !== undefined) {
      this.events.push(message.event.kind);
    }
  }
}
