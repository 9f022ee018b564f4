import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/build/paths.ts";
import { NodeProcess } from "./node-process.ts";
import { makeRepository } from "./repository.ts";

const run = promisify(execFile);

/** The platform's program, run from its sources as it is everywhere. */
const program = ["--import", import.meta.resolve("tsx"), join(root, "packages/platform/src/main.ts")];
// A benchmark asks faster than anybody who works.
const env = { PATH: process.env.PATH ?? "", PLATFORM_RATE_LIMITS: "off" };

/** A real platform with one project, in a process of its own, so that it shares no event loop with what is measured. */
export interface PlatformProcess extends AsyncDisposable {
  readonly url: string;
  readonly project: string;
  /** Of the scope that the core tools need, on that project alone. */
  readonly token: string;
  /** What a server needs to work on the project. */
  readonly serverEnv: Readonly<Record<string, string>>;
}

export async function startPlatformProcess(): Promise<PlatformProcess> {
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
    const repository = await makeRepository(join(directory, "repository"));
    const [project = ""] = (await command("import", repository, "--name", "bench")).split(" ");
    const token = await command(
      ...["token", "create", "--name", "bench", "--scopes", "project:read", "--project", "admin/bench"],
    );
    const serverEnv = { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: token, PROJECT_ID: project };
    return { url, project, token, serverEnv, [Symbol.asyncDispose]: close };
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
