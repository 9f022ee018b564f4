import { readFile } from "node:fs/promises";
import * as z from "zod";
import { domains, optionVariables, type Role, type Roles, roles } from "./roles.ts";
import { RunnerError } from "./runner-error.ts";

const domainList = z
  .array(z.enum(domains))
  .refine((list) => new Set(list).size === list.length, { error: "names a server twice" });

/** What a default may be: it is written into `${NAME:-value}`, which `}` would end. */
const defaultValue = z.string().regex(/^[^{}$\p{Cc}]*$/u, { error: "must not hold {, }, $ or control characters" });

const role = z
  .strictObject({
    servers: domainList.min(1, { error: "must name at least one server" }),
    hot: domainList.optional(),
    defaults: z.partialRecord(z.enum(optionVariables), defaultValue).default({}),
  })
  .refine(({ servers, hot = [] }) => hot.every((domain) => servers.includes(domain)), {
    path: ["hot"],
    error: "names a server that the role does not have",
  })
  .transform(
    ({ servers, hot, defaults }): Omit<Role, "name"> => ({
      servers,
      hot: hot ?? servers.filter((domain) => domain === "core"),
      defaults,
    }),
  );

const rolesFile = z.record(
  z.string().regex(/^[a-z][a-z0-9_-]{0,62}$/, { error: "a role is named in lower case: a-z, 0-9, _ and -" }),
  role,
);

/**
 * The roles that exist everywhere, and those of the JSON file that `PLATFORM_ROLES_FILE` names, if it names one; of two
 * roles with one name the file's counts.
 * @throws RunnerError that names the file, and the place in it that is wrong
 */
export async function loadRoles(env: Readonly<Record<string, string | undefined>>): Promise<Roles> {
  const path = env.PLATFORM_ROLES_FILE?.trim();
  if (path === undefined || path === "") return roles;
  const parsed = rolesFile.safeParse(await readJson(path));
  if (!parsed.success) throw unusable(path, parsed.error.issues.map(describe).join("; "));
  const own = Object.entries(parsed.data).map(([name, role]): [string, Role] => [name, { name, ...role }]);
  return new Map([...roles, ...own]);
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw unusable(path, error instanceof Error ? error.message : String(error));
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(path, `is not JSON: ${error instanceof Error ? error.message : error}`);
  }
}

function describe(issue: z.core.$ZodIssue): string {
  const reason = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return issue.path.length === 0 ? reason : `${z.core.toDotPath(issue.path)}: ${reason}`;
}

function unusable(path: string, reason: string): RunnerError {
  return new RunnerError("configuration", `PLATFORM_ROLES_FILE ${path}: ${reason.replace(/\s+/g, " ")}`);
}
