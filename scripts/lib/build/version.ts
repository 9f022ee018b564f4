import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { root } from "./paths.ts";

const run = promisify(execFile);

/** What a bundle says it is. */
export interface Version {
  /** Of the root package. */
  readonly version: string;
  /** The commit that is checked out, `unknown` outside a git repository. */
  readonly commit: string;
}

/** The version of this work tree. */
export async function readVersion(): Promise<Version> {
  const [{ version }, commit] = await Promise.all([readManifest(), readCommit()]);
  return { version, commit };
}

async function readManifest(): Promise<{ version: string }> {
  const manifest: unknown = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  if (typeof manifest === "object" && manifest !== null && "version" in manifest) {
    const { version } = manifest;
    if (typeof version === "string") return { version };
  }
  throw new Error("the package.json of the workspace has no version");
}

async function readCommit(): Promise<string> {
  try {
    // A git hook sets variables that point at the repository it runs for, which need not be this one.
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("GIT_")));
    const { stdout } = await run("git", ["rev-parse", "--short=10", "HEAD"], { cwd: root, env });
    return stdout.trim();
  } catch {
    return "unknown";
  }
}
