import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import { type PlatformProcess, startPlatformProcess } from "./platform-process.ts";
import { makeRepository } from "./repository.ts";

/** A project on a platform whose pipelines run what a benchmark wants, and a work tree to push from. */
export interface PushedRepository extends AsyncDisposable {
  readonly platform: PlatformProcess;
  readonly project: string;
  /** To read and write the project. */
  readonly token: string;
  /** The platform's bare repository. */
  readonly bare: string;
  /** Pushes a new commit to a branch and gives its SHA. */
  push(branch: string): Promise<string>;
  /** A request on a path below the project, and what it answers. */
  request(method: string, path: string, body?: object): Promise<ReturnType<JSON["parse"]>>;
}

/** `definitionIn` gives the `.platform.yaml` of every commit; steps may write into the directory that it is given; `env` is added to the environment of the platform. */
export async function startPushedRepository(
  definitionIn: (directory: string) => string,
  env: Readonly<Record<string, string>> = {},
): Promise<PushedRepository> {
  const platform = await startPlatformProcess(env);
  try {
    const tree = join(platform.directory, "tree");
    await mkdir(tree, { recursive: true });
    await makeRepository(tree);
    const project = await platform.importRepository(tree, "pushed");
    const token = await platform.createToken(["project:read", "project:write"], "pushed");
    const remote = new URL(`${platform.url}/admin/pushed.git`);
    const authorization = {
      GIT_CONFIG_COUNT: "1",
      GIT_CONFIG_KEY_0: "http.extraHeader",
      GIT_CONFIG_VALUE_0: `Authorization: Bearer ${token}`,
    };
    const within = ["-C", tree, "-c", "user.name=bench", "-c", "user.email=bench@example.com"];
    await writeFile(join(tree, ".platform.yaml"), definitionIn(platform.directory));
    await git([...within, "add", "."]);
    return {
      platform,
      project,
      token,
      bare: join(platform.data, "repositories", `${project}.git`),
      async push(branch) {
        await git([...within, "commit", "--quiet", "--allow-empty", "--message=Another"]);
        await git([...within, "push", "--quiet", remote.href, `HEAD:refs/heads/${branch}`], authorization);
        return await git([...within, "rev-parse", "HEAD"]);
      },
      async request(method, path, body) {
        const headers = { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) };
        const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
        const response = await fetch(`${platform.url}/api/projects/${project}/${path}`, init);
        if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
        return JSON.parse(await response.text());
      },
      [Symbol.asyncDispose]: () => platform[Symbol.asyncDispose](),
    };
  } catch (error) {
    await platform[Symbol.asyncDispose]();
    throw error;
  }
}
