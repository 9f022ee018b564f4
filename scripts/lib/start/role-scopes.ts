import { execFile } from "node:child_process";
import { promisify } from "node:util";
import * as z from "zod";

const run = promisify(execFile);

const listed = z.object({ tools: z.array(z.object({ permissions: z.array(z.string()) })) });

/** The permissions that the tools of these bundles use: the scopes of a token that can do just that. */
export async function scopesOf(
  bundles: readonly string[],
  options: Readonly<Record<string, string>>,
): Promise<string[]> {
  const permissions = await Promise.all(bundles.map((bundle) => permissionsOf(bundle, options)));
  const scopes = [...new Set(permissions.flat())].sort();
  // A token without scopes is unrestricted: the opposite of what was asked for.
  if (scopes.length === 0) throw new Error("the role's servers use no permission");
  return scopes;
}

async function permissionsOf(bundle: string, options: Readonly<Record<string, string>>): Promise<string[]> {
  const { stdout } = await run(process.execPath, [bundle, "--list-tools", "--json"], { env: options });
  return listed.parse(JSON.parse(stdout)).tools.flatMap((tool) => tool.permissions);
}
