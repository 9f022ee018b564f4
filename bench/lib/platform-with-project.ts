import { join } from "node:path";
import { startPlatformProcess } from "./platform-process.ts";
import { makeRepository } from "./repository.ts";

/** A platform with one small project for an MCP server to work on. */
export interface PlatformWithProject extends AsyncDisposable {
  readonly url: string;
  readonly project: string;
  /** Of the scope that the core tools need, on that project alone. */
  readonly token: string;
  /** What a server needs to work on the project. */
  readonly serverEnv: Readonly<Record<string, string>>;
}

export async function startPlatformWithProject(): Promise<PlatformWithProject> {
  const platform = await startPlatformProcess();
  const close = () => platform[Symbol.asyncDispose]();
  try {
    const { url, directory } = platform;
    const repository = await makeRepository(join(directory, "repository"));
    const project = await platform.importRepository(repository, "bench");
    const token = await platform.createToken(["project:read"], "bench");
    const serverEnv = { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: token, PROJECT_ID: project };
    return { url, project, token, serverEnv, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
