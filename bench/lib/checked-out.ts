import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { root } from "../../scripts/lib/build/paths.ts";
import { readVersion } from "../../scripts/lib/build/version.ts";

/** The commit that is measured, and whether its packages were changed since. */
export async function checkedOut(): Promise<string> {
  const { commit } = await readVersion();
  if (commit === "unknown") return commit;
  const { stdout } = await promisify(execFile)("git", ["status", "--porcelain", "--", "packages"], { cwd: root });
  return stdout === "" ? commit : `${commit} with changes`;
}
