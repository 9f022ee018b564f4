import type { FastifyRequest } from "fastify";
import { findLapsedToken } from "../access/lapsed-token.ts";
import type { Resource } from "../audit/entry.ts";
import { recordAudit } from "../audit/record-audit.ts";
import { type AuditOrigin, actorOf } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";

/** What a path parameter names. */
const resources: Readonly<Record<string, Resource>> = {
  project_id: "project",
  user_id: "user",
  token_id: "token",
  role_id: "role",
  delegation_id: "delegation",
  pipeline_id: "pipeline",
  step_id: "step",
  artifact_id: "artifact",
  comment_id: "comment",
};

/**
 * Puts a write that was refused into the audit log: for want of a permission, or because its token is no longer good.
 * Strangers leave no trace, so that nobody can fill the log. Never fails: the refusal stands without it.
 */
export async function recordRefusal(
  db: Queryable,
  origin: AuditOrigin,
  { request, error }: { readonly request: FastifyRequest; readonly error: Error },
): Promise<void> {
  if (!(error instanceof Problem)) return;
  try {
    const who = await refusedCaller(db, origin, request, error.status);
    if (who === undefined) return;
    const { permission, reason } = error.details;
    const { ids, resource, resourceId } = targetOf(request.params);
    const why = { ...(permission && { permission }), ...(reason && { reason }) };
    await recordAudit(db, {
      ...who,
      action: origin.action,
      resource,
      resourceId,
      projectId: ids.project_id ?? null,
      after: why,
      ip: origin.ip,
      outcome: "refused",
      requestId: origin.requestId,
    });
  } catch (failure) {
    request.log.error({ err: failure }, "a refused write could not be recorded");
  }
}

async function refusedCaller(db: Queryable, { caller }: AuditOrigin, request: FastifyRequest, status: number) {
  if (status === 403 && caller !== undefined) {
    return { actor: actorOf(caller.user), tokenId: caller.token.kind === "api_token" ? caller.token.id : null };
  }
  if (status !== 401 || caller !== undefined) return undefined;
  const lapsed = await findLapsedToken(db, request.headers.authorization);
  return lapsed && { actor: actorOf(lapsed.user), tokenId: lapsed.tokenId };
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What the path says that the request is about. Its values may not have been checked yet. */
function targetOf(params: unknown) {
  const values: [string, unknown][] = Object.entries(Object(params));
  const ids: Record<string, string> = {};
  for (const [name, value] of values) if (typeof value === "string" && uuid.test(value)) ids[name] = value;
  const last = Object.entries(ids).at(-1);
  return { ids, resource: last ? (resources[last[0]] ?? null) : null, resourceId: last?.[1] ?? null };
}
