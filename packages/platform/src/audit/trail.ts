import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import type { UserRow } from "../db/schema.ts";
import type { Actor, AuditEntry, AuditRecord } from "./entry.ts";
import { recordAudit } from "./record-audit.ts";

/**
 * How a handler says what its write did: once for each thing it changed, at any moment before it returns. The boundary
 * writes it into the write's own transaction, with who, by what, from where and when. A write that returns without
 * having said anything is undone and answered with 500; one that found nothing to change says so by equal values.
 */
export interface AuditTrail {
  /** Secrets do not belong in it. `by` says who did it where the request itself could not, as at login. */
  record(what: AuditRecord, by?: UserRow): void;
}

/** Where a request comes from, as the log shows it. */
export interface AuditOrigin {
  readonly action: string;
  readonly caller: Caller | undefined;
  readonly projectId: string | null;
  readonly ip: string | null;
  readonly requestId: string;
}

/** The trail of one request, kept until it is written. */
export class CollectedTrail implements AuditTrail {
  readonly #records: { readonly what: AuditRecord; readonly by: UserRow | undefined }[] = [];

  record(what: AuditRecord, by?: UserRow): void {
    this.#records.push({ what, by });
  }

  get isEmpty(): boolean {
    return this.#records.length === 0;
  }

  /** The id of the first thing that was recorded: what a request is about. */
  get resourceId(): string | null {
    return this.#records[0]?.what.id ?? null;
  }

  async write(db: Queryable, origin: AuditOrigin): Promise<void> {
    for (const { what, by } of this.#records) await recordAudit(db, entryOf(what, by, origin));
  }
}

function entryOf(what: AuditRecord, by: UserRow | undefined, origin: AuditOrigin): AuditEntry {
  const { resource, id, project = origin.projectId, ...change } = what;
  const { action, caller, ip, requestId } = origin;
  return {
    ...change,
    actor: actorOf(by ?? caller?.user),
    tokenId: caller?.token.kind === "api_token" ? caller.token.id : null,
    action,
    resource,
    resourceId: id,
    projectId: project,
    outcome: "done",
    ip,
    requestId,
  };
}

/** A user as the log names them; without one, nobody that is known. */
export function actorOf(user: UserRow | undefined): Actor {
  if (user === undefined) return { id: null, name: null, type: "unknown" };
  return { id: user.id, name: user.name, type: user.user_type };
}
