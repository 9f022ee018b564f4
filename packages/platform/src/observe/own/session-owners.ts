import type { Queryable } from "../../db/queryable.ts";
import type { SpanCaller } from "../../telemetry/span.ts";
import type { Owner } from "../records.ts";

/** Agents that are remembered. */
const most = 1000;

const nobody: Owner = { projectId: null, sessionId: null };

/**
 * Whose telemetry the doings of a caller are: of an agent its session's, which is for ever the same; of anybody else the
 * platform's own. Nothing that a caller sends counts.
 */
export class SessionOwners {
  readonly #db: Queryable;
  /** By the agent's id, those looked up first at the beginning. */
  readonly #known = new Map<string, Owner>();

  constructor(db: Queryable) {
    this.#db = db;
  }

  async of({ id, isAgent }: SpanCaller): Promise<Owner> {
    if (!isAgent) return nobody;
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const session = await this.#db
      .selectFrom("agent_sessions")
      .where("agent_user_id", "=", id)
      .select(["id", "project_id"])
      .executeTakeFirst();
    if (session === undefined) return nobody;
    const owner = { projectId: session.project_id, sessionId: session.id };
    const [first] = this.#known.keys();
    if (this.#known.size >= most && first !== undefined) this.#known.delete(first);
    this.#known.set(id, owner);
    return owner;
  }
}
