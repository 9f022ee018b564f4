import type { TokenSource } from "@platform-mcp/client";
import type { Permission } from "@platform-mcp/client/contract";
import { issueToken } from "../../access/tokens.ts";
import type { PlatformConfig } from "../../config.ts";
import { UserError } from "../../user-error.ts";
import { userNamed } from "../look-up.ts";
import { operate } from "../operate.ts";

/** What a command's token may do, and for how long. */
export interface TokenNeeds {
  readonly scopes: readonly Permission[];
  /** Minutes for which it is good at the most. */
  readonly minutes: number;
  readonly projectId: string | null;
}

export interface OperatorToken extends TokenSource {
  /** Ends it. */
  remove(): Promise<void>;
}

const user = "admin";
const minute = 60_000;

/**
 * A token for one command of whoever may read a platform's data directory, who could give themselves any: of the user
 * admin, with no more rights than the command needs. It is made when it is first used, and again before it ends.
 * @param command its words, such as `session start`
 */
export function operatorToken(config: PlatformConfig, command: string, needs: TokenNeeds): OperatorToken {
  let current: { readonly token: string; readonly id: string; readonly usedUntil: number } | undefined;
  const make = async () => {
    const madeAt = Date.now();
    const { token, id } = await operate(config, command, async (db, record) => {
      const { id: userId, is_active } = await userNamed(db, user);
      if (!is_active) throw new UserError(`${user} is not active: set PLATFORM_API_TOKEN to a token of your own`);
      const notAfter = new Date(madeAt + needs.minutes * minute).toISOString();
      const wanted = { userId, name: `platform ${command}`, ...needs, expiresInDays: 365, notAfter };
      const { token: secret, ...issued } = await issueToken(db, wanted);
      const after = { ...issued, user_id: userId };
      await record({ resource: "token", id: issued.id, project: needs.projectId, after });
      return { token: secret, id: issued.id };
    });
    current = { token, id, usedUntil: madeAt + (needs.minutes * minute) / 2 };
    return token;
  };
  const remove = async () => {
    if (current === undefined) return;
    const { id } = current;
    current = undefined;
    await operate(config, command, async (db, record) => {
      const removed = await db.deleteFrom("api_tokens").where("id", "=", id).returning("name").executeTakeFirst();
      if (removed !== undefined) await record({ resource: "token", id, project: needs.projectId, before: removed });
    });
  };
  return {
    description: `the operator of ${config.dataDirectory}`,
    get: async () => {
      if (current !== undefined && Date.now() < current.usedUntil) return current.token;
      await remove();
      return await make();
    },
    refresh: async () => false,
    remove,
  };
}
