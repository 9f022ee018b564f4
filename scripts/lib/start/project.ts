import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import {
  type ActiveProject,
  findProjectByName,
  importProject,
  type Platform,
  projectNameOf,
} from "@platform-mcp/platform";
import { withExampleRepository } from "./example-repository.ts";

const owner = "admin";

interface ProjectRequest {
  /** A path or a URL; undefined for the example. */
  readonly repo: string | undefined;
  readonly say: (line: string) => void;
  readonly onProgress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** The project that agents will work on: imported now, or found as an earlier start left it. */
export async function prepareProject(
  { db, repositories }: Platform,
  { repo, say, onProgress, signal }: ProjectRequest,
): Promise<ActiveProject> {
  const source = repo === undefined ? undefined : await locate(repo);
  const name = source === undefined ? "hello-web" : projectNameOf(source);
  const known = await findProjectByName(db, owner, name);
  if (known !== undefined) {
    if (repo !== undefined) say(`${owner}/${name} is there already: kept as it is`);
    return known;
  }
  const importFrom = (from: string) =>
    importProject(db, repositories, { source: from, owner, name, visibility: "private", onProgress, signal });
  say(`importing ${source ?? "the example"} as ${owner}/${name}`);
  return source === undefined ? await withExampleRepository(importFrom) : await importFrom(source);
}

/** A local path is made absolute, so that its last part names the project even if it is `.`. */
async function locate(repo: string): Promise<string> {
  // Package managers run scripts from the workspace's root; the user's own directory is in INIT_CWD.
  const path = resolve(process.env.INIT_CWD ?? ".", repo);
  return /^[\w+.-]+:\/\//.test(repo) || !(await exists(path)) ? repo : path;
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
