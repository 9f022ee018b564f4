import { access, copyFile, mkdir, mkdtemp, readdir, realpath, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import manifest from "./binary/package.json" with { type: "json" };
import { withInstallLock } from "./install-lock.ts";
import { runInGroup, tail } from "./process-group.ts";

const version = manifest.dependencies["@anthropic-ai/claude-code"];
const manifests = join(import.meta.dirname, "binary");
/** Git ignores it under this name, and linters, compilers and test runners pass it by. */
const installations = join(manifests, "node_modules");

/**
 * The path of the Claude Code binary at the version that `binary/package.json` pins. Fetches it from the npm registry
 * when it is not there yet: 175 MB to download, 380 MB on disk. Rejects with what the package manager said when that
 * fails.
 */
export async function claudeBinary(): Promise<string> {
  const installation = join(installations, version);
  if (!(await exists(installation))) {
    await mkdir(installations, { recursive: true });
    await withInstallLock(join(installations, ".lock"), async () => {
      if (!(await exists(installation))) await install(installation);
    });
  }
  return nativeBinary(installation);
}

/** Installs beside the final place and moves, so that what is there is always whole. */
async function install(installation: string): Promise<void> {
  const staging = await mkdtemp(join(installations, ".installing-"));
  try {
    for (const file of ["package.json", "pnpm-lock.yaml"]) await copyFile(join(manifests, file), join(staging, file));
    process.stderr.write(`Fetching Claude Code ${version} from the npm registry (175 MB, once) …\n`);
    // Its script would only link the binary to a second place: it works where it is.
    const pnpm = ["install", "--dir", staging, "--ignore-workspace", "--frozen-lockfile", "--ignore-scripts"];
    const { exitCode, stdout, stderr } = await runInGroup("npx", ["--yes", "pnpm@12.21.0", ...pnpm], {
      cwd: staging,
      env: process.env,
      deadlineMs: 600_000,
    });
    if (exitCode !== 0) {
      throw new Error(
        `Claude Code ${version} could not be fetched from the npm registry; ` +
          `the tests in e2e/claude-code need it (exit code ${exitCode}):\n${tail(`${stdout}\n${stderr}`)}`,
      );
    }
    await rename(staging, installation);
  } catch (error) {
    if (!(await exists(installation))) throw error;
    // Another process was first.
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** The package manager has chosen the one platform package that runs here; it stands beside the main one. */
async function nativeBinary(installation: string): Promise<string> {
  const scope = dirname(await realpath(join(installation, "node_modules/@anthropic-ai/claude-code")));
  for (const name of await readdir(scope)) {
    const binary = join(scope, name, "claude");
    if (await exists(binary)) return binary;
  }
  throw new Error(
    `Claude Code has no binary for ${process.platform}-${process.arch}; remove ${installation} to try again`,
  );
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
