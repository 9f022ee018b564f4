import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/build/paths.ts";
import { NodeProcess } from "./node-process.ts";

const run = promisify(execFile);

/** What it takes to run TypeScript as it is. */
export const typescript = ["--import", import.meta.resolve("tsx")];
/** The platform's program, run from its sources as it is everywhere. */
const program = [...typescript, join(root, "packages/platform/src/main.ts")];
// A benchmark asks faster than anybody who works.
const environment = { PATH: process.env.PATH ?? "", PLATFORM_RATE_LIMITS: "off" };

/** A real platform in a process of its own, so that it shares no event loop with what is measured. */
export interface PlatformProcess extends AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  /** Temporary, and removed with the platform. */
  readonly directory: string;
  /** Within `directory`. */
  readonly data: string;
  /** Imports a git repository as a private project of the administrator's, and gives its id. */
  importRepository(source: string, name: string): Promise<string>;
  /** A token of the administrator's with these scopes; for one of their projects alone, if it is named. */
  createToken(scopes: readonly string[], project?: string): Promise<string>;
}

/** `more` is added to its environment. */
export async function startPlatformProcess(more: Readonly<Record<string, string>> = {}): Promise<PlatformProcess> {
  const env = { ...environment, ...more };
  const directory = await mkdtemp(join(tmpdir(), "bench-"));
  const data = join(directory, "data");
  const command = async (...args: string[]) =>
    (await run(process.execPath, [...program, ...args, "--data", data], { env })).stdout.trim();
  const server = new NodeProcess([...program, "start", "--listen", "127.0.0.1:0", "--data", data], env);
  const close = async () => {
    // In order: killed, it would leave its database running.
    await command("stop");
    await server[Symbol.asyncDispose]();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const url = await servedUrl(server);
    server.discardOutput();
    return {
      url,
      pid: server.pid,
      directory,
      data,
      async importRepository(source, name) {
        const [id = ""] = (await command("import", source, "--name", name)).split(" ");
        return id;
      },
      createToken: (scopes, project) =>
        command(
          ...["token", "create", "--name", "bench", "--scopes", scopes.join(",")],
          ...(project === undefined ? [] : ["--project", `admin/${project}`]),
        ),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens, which it logs when it does. */
async function servedUrl(server: NodeProcess): Promise<string> {
  for (;;) {
    const entry: { readonly url?: string; readonly msg?: string } = JSON.parse(await server.readTo("\n"));
    if (entry.msg === "serving" && entry.url !== undefined) return entry.url;
  }
}
