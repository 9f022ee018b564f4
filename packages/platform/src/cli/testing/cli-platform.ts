import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

type Environment = Readonly<Record<string, string>>;

/** A platform that serves as a process of its own, and commands beside it. */
export interface CliPlatform extends AsyncDisposable {
  /** The data directory. */
  readonly data: string;
  readonly url: string;
  /** Starts a command. */
  start(args: readonly string[], env?: Environment): ChildProcessWithoutNullStreams;
}

const main = join(import.meta.dirname, "..", "..", "main.ts");

/** @param own the environment of all of them beside `PATH` and `PLATFORM_DATA` */
export async function openCliPlatform(own: Environment = {}): Promise<CliPlatform> {
  const data = await mkdtemp(join(tmpdir(), "platform-cli-"));
  const start: CliPlatform["start"] = (args, env = {}) => {
    const all = { PATH: process.env.PATH ?? "", PLATFORM_DATA: data, ...own, ...env };
    return spawn(process.execPath, ["--import", "tsx", main, ...args], { env: all });
  };
  const server = start(["start", "--listen", "127.0.0.1:0"]);
  const exited = once(server, "exit");
  const close = async () => {
    server.kill("SIGTERM");
    await exited;
    await rm(data, { recursive: true, force: true });
  };
  const url = await servedAt(server);
  if (url === undefined) {
    await close();
    throw new Error("the platform did not come to serve");
  }
  server.stdout.resume();
  return { data, url, start, [Symbol.asyncDispose]: close };
}

async function servedAt(server: ChildProcessWithoutNullStreams): Promise<string | undefined> {
  for await (const line of createInterface(server.stdout)) {
    const entry: { url?: string } = JSON.parse(line);
    if (entry.url !== undefined) return entry.url;
  }
  return undefined;
}

/** What a command says and how it ends. */
export async function resultOf(child: ChildProcessWithoutNullStreams, input = "") {
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code, stdout, stderr };
}
