import type { Claim } from "../../db/claims.ts";
import { withIngestKeys } from "../../observe/own/hidden-keys.ts";
import { instrumentedSession } from "../../observe/own/session-telemetry.ts";
import type { AgentPlan } from "../../runtime/agent.ts";
import { projectSecrets } from "../../secrets/project-secrets.ts";
import { mintToken } from "../mint-token.ts";
import { agentPlan } from "./agent-plan.ts";
import { hiddenValues } from "./hidden-values.ts";
import type { SessionWork } from "./read-session.ts";
import type { SessionServices } from "./session-services.ts";

export interface PreparedAgent {
  readonly plan: AgentPlan;
  /** What must not show in what it prints. */
  readonly hidden: readonly string[];
}

/**
 * Puts together all that an agent needs, with a token made for it; undefined when the claim is not held any more.
 * @throws what `projectSecrets` throws
 */
export async function prepareAgent(
  services: SessionServices,
  claim: Claim,
  work: SessionWork,
): Promise<PreparedAgent | undefined> {
  const { db, claims, agentEnvironment: inherited, telemetry } = services;
  const secrets = await secretsOf(services, work);
  const token = await db.transaction().execute(async (transaction) => {
    // A token that was made by a platform whose claim is lost would take the place of the one that is used.
    const held = await transaction
      .selectFrom("agent_sessions")
      .where(claims.held(claim))
      .where("status", "=", "running")
      .select("id")
      .forUpdate()
      .executeTakeFirst();
    return held === undefined ? undefined : await mintToken(transaction, work.id);
  });
  if (token === undefined) return undefined;
  const settingsFor = (taken: readonly string[]) => telemetry.settingsFor(instrumentedSession(work), taken);
  const plan = agentPlan({ work, token, secrets, inherited, settingsFor });
  return { plan, hidden: [token, ...keysOf(services, work), ...hiddenValues(secrets, inherited)] };
}

/** What an agent that another platform has started must not show, as far as it can be known: not its token. */
export async function hiddenFromResumed(services: SessionServices, work: SessionWork): Promise<readonly string[]> {
  return [...keysOf(services, work), ...hiddenValues(await secretsOf(services, work), services.agentEnvironment)];
}

/** The key with which it sends telemetry, the same for as long as it lives. */
function keysOf({ telemetry }: SessionServices, work: SessionWork): readonly string[] {
  return withIngestKeys(Object.values(telemetry.settingsFor(instrumentedSession(work), []).secrets));
}

async function secretsOf({ db, masterKey }: SessionServices, { project_id }: SessionWork) {
  return await projectSecrets(db, masterKey, { projectId: project_id, purpose: "agent" });
}
