import { execFile } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "../build/paths.ts";

const run = promisify(execFile);

/** The example as users of this checkout see it, or as it was before they built it. */
const example = join(root, "examples", "hello-web");

const identity = { name: "hello-web", email: "hello-web@localhost", date: "2026-11-22T12:00:00Z" };

/** Hands a git repository of the example to `use`, and removes it afterwards. Its one commit has the same id everywhere. */
export async function withExampleRepository<T>(use: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "platform-example-"));
  const path = join(directory, "hello-web");
  try {
    await cp(example, path, { recursive: true, filter: (source) => !source.endsWith("node_modules") });
    await commitAll(path);
    return await use(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function commitAll(path: string): Promise<void> {
  // Nothing of the user's git configuration takes part: hooks, signing, other line endings.
  const env = {
    PATH: process.env.PATH ?? "",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_AUTHOR_DATE: identity.date,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
    GIT_COMMITTER_DATE: identity.date,
  };
  const git = (...args: string[]) => run("git", ["-C", path, ...args], { env });
  await git("init", "--quiet", "--initial-branch=main");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "A guest book: a small web application");
}
