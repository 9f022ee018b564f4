import type { BodyOf, sessions } from "@platform-mcp/client/contract";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import type { Repository } from "../git/repository.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { requireAllowedImage } from "../settings/require-allowed-image.ts";
import type { Settings } from "../settings/schema.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { appendEvent } from "./append-event.ts";
import { checkBranch } from "./check-branch.ts";
import { createIdentity, lendToAgent, type NewIdentity } from "./identity.ts";
import { setIdentityEnd } from "./identity-end.ts";
import { latestEnd } from "./latest-end.ts";
import { notifySessionWork } from "./notify-session-work.ts";
import { type ChosenLoans, chooseLoans } from "./session-loans.ts";

/** Somebody's wish for a session. */
export interface SessionRequest {
  readonly caller: Caller;
  readonly project: ActiveProject;
  readonly repository: Repository;
  readonly body: BodyOf<typeof sessions.createSession>;
  /** What an agent may run in, and what counts where neither the request nor its project says anything. */
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

export interface CreatedSession extends NewIdentity, ChosenLoans {}

/**
 * Makes a session that waits for whoever claims it, with the identity of its agent. Must be in a transaction: all of it
 * is there, or nothing.
 * @throws Problem 400 for a branch that cannot be pushed to and an image that is not allowed, 403 as `chooseLoans` says
 */
export async function createSession(db: Queryable, request: SessionRequest): Promise<CreatedSession> {
  const { caller, project, repository, body, settings, signal } = request;
  const { config, delegate_deploy, delegate_observe } = body;
  const image = imageOf(request);
  const role = config.role ?? "dev";
  const chosen = await chooseLoans(db, caller, project, { role, delegate_deploy, delegate_observe });
  const expires_at = latestEnd(caller);
  const identity = await createIdentity(db);
  const { sessionId, agent } = identity;
  const branch = body.branch ?? `agent/${sessionId.slice(0, 8)}`;
  await checkBranch(repository, branch, project, signal);
  await db
    .insertInto("agent_sessions")
    .values({
      id: sessionId,
      project_id: project.id,
      user_id: caller.user.id,
      agent_user_id: agent.id,
      prompt: body.prompt,
      provider: body.provider,
      ...{ branch, role, delegate_deploy, delegate_observe, expires_at },
      config: JSON.stringify(config),
      image,
      deadline_minutes: body.deadline_minutes ?? settings.session_deadline_minutes,
    })
    .execute();
  await lendToAgent(db, identity, { userId: caller.user.id, projectId: project.id, loans: chosen.loans });
  await setIdentityEnd(db, sessionId);
  await appendEvent(db, sessionId, { kind: "message", message: body.prompt, userId: caller.user.id });
  await notifySessionWork(db, sessionId);
  await emitWebhook(db, project.id, "agent", { action: "created", session_id: sessionId });
  return { ...identity, ...chosen };
}

function imageOf({ body: { config }, project, settings }: SessionRequest): string {
  // Of an administrator's agent the project's people could take what it is lent to govern the platform, by their image.
  const ofProject = config.role === "admin" ? null : project.agent_image;
  const named = config.image ?? ofProject;
  if (named === null) return settings.agent_image;
  // Whoever named the project's may have done so before it was forbidden.
  requireAllowedImage(settings, named, "config.image");
  return named;
}
