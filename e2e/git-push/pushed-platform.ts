import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, openStore, readPlatformConfig, type Store } from "@platform-mcp/platform";
import { ServedPlatform } from "../chaos/served-platform.ts";

/** A platform as a process of its own, to push to and look into. */
export interface PushedPlatform extends AsyncDisposable {
  readonly served: ServedPlatform;
  readonly token: string;
  readonly dataDirectory: string;
  /** Makes an empty project of the administrator's and gives its id. */
  addProject(name: string): Promise<string>;
  /** Where git pushes to as the administrator; through another port of this machine if one is given. */
  remote(name: string, port?: number): string;
  /** The project's bare repository. */
  repository(id: string): string;
  /** Looks into the database, as a command does. */
  look<T>(work: (db: Store["db"]) => Promise<T>): Promise<T>;
}

/** Starts it on a temporary data directory; `env` is added to its environment, `host` is where it listens. */
export async function startPushedPlatform(
  env: Readonly<Record<string, string>> = {},
  host?: string,
): Promise<PushedPlatform> {
  const data = await mkdtemp(join(tmpdir(), "pushed-"));
  const served = await ServedPlatform.on(data, env, host);
  await served.start();
  const token = await served.token();
  const config = readPlatformConfig({ PLATFORM_DATA: data });
  return {
    served,
    token,
    dataDirectory: data,
    async addProject(name) {
      const response = await fetch(`${served.url}/api/projects`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ name }),
      });
      return JSON.parse(await response.text()).id;
    },
    remote(name, port) {
      const url = new URL(`${served.url}/admin/${name}.git`);
      Object.assign(url, { username: "admin", password: token, ...(port !== undefined && { port: String(port) }) });
      return url.href;
    },
    repository: (id) => join(data, "repositories", `${id}.git`),
    async look(work) {
      const store = await openStore(config, { mode: "guest", logger: createLogger("silent", 2) });
      try {
        return await work(store.db);
      } finally {
        await store.close();
      }
    },
    async [Symbol.asyncDispose]() {
      await served.stop();
      await rm(data, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
