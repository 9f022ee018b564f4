import { permissions } from "@platform-mcp/client/contract";
import { createToken } from "../access/tokens.ts";
import type { PlatformConfig } from "../config.ts";
import type { Queryable } from "../db/queryable.ts";
import { openStore } from "../platform.ts";
import { findProjectByName } from "../projects/queries.ts";
import { UserError } from "../user-error.ts";
import { createLogger } from "./logger.ts";

const stderr = 2;

export interface TokenCommand {
  readonly name: string;
  readonly user: string;
  readonly scopes: readonly string[];
  /** `owner/name`. */
  readonly project: string | undefined;
  readonly expiresInDays: number;
}

/** `platform token create`: prints the token, and nothing else, on stdout. */
export async function tokenCommand(config: PlatformConfig, command: TokenCommand): Promise<void> {
  checkScopes(command.scopes);
  const store = await openStore(config, { mode: "guest", logger: createLogger("warn", stderr) });
  try {
    const user = await store.db.selectFrom("users").where("name", "=", command.user).select("id").executeTakeFirst();
    if (user === undefined) throw new UserError(`there is no user ${command.user}`);
    const projectId = command.project === undefined ? null : await projectIdOf(store.db, command.project);
    const { name, scopes, expiresInDays } = command;
    const token = await createToken(store.db, { userId: user.id, name, scopes, projectId, expiresInDays });
    process.stdout.write(`${token}\n`);
  } finally {
    await store.close();
  }
}

function checkScopes(scopes: readonly string[]): void {
  const known: readonly string[] = permissions;
  const unknown = scopes.filter((scope) => !known.includes(scope));
  if (unknown.length > 0)
    throw new UserError(`unknown scope ${unknown.join(", ")}; there are: ${permissions.join(", ")}`);
}

async function projectIdOf(db: Queryable, address: string): Promise<string> {
  const [owner = "", name = ""] = address.split("/");
  const project = await findProjectByName(db, owner, name);
  if (project === undefined) throw new UserError(`there is no project ${address}: name it as OWNER/NAME`);
  return project.id;
}
