import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedRequest, ScriptedTurn } from "../claude-code/messages-api.ts";
import type { ProjectSessions } from "../lib/project-sessions.ts";
import { type LaptopPlatform, startLaptopPlatform } from "../sessions/laptop-platform.ts";

const admin = (name: string, input: Record<string, unknown> = {}): ScriptedTurn => ({
  use: [{ tool: `mcp__platform-admin__${name}`, input }],
});

/** What the model does in a session, each by what it has read so far. */
let turns: readonly ((read: readonly string[]) => ScriptedTurn)[] = [];
let read: string[] = [];

let platform: LaptopPlatform;
let sessions: ProjectSessions;
beforeAll(async () => {
  platform = await startLaptopPlatform(async (request: RecordedRequest) => {
    read.push(...request.toolResults.map(({ text }) => text));
    return turns[request.turn]?.(read) ?? { say: "Done." };
  });
  sessions = await platform.addRepository("shop");
}, 180_000);
afterAll(() => platform?.[Symbol.asyncDispose]());

/** Runs a session of role admin that makes these calls, and gives what the model reads. */
async function session(wanted: typeof turns): Promise<readonly string[]> {
  turns = wanted;
  read = [];
  const { id } = await sessions.start({ prompt: "Let somebody in", config: { role: "admin" } });
  expect(await sessions.ended(id)).toMatchObject({ status: "completed", message: "Done." });
  expect(read).toHaveLength(turns.length);
  return read;
}

/** The id in the answer to the last call. */
const lastId = (results: readonly string[]) => /^id: (\S+)/m.exec(results.at(-1) ?? "")?.[1] ?? "none";

test("an administrator's agent lets somebody in for a while, cannot do more, and the log says whose it was", async () => {
  const { id: project } = await platform.look((db) =>
    db.selectFrom("projects").where("name", "=", "shop").select("id").executeTakeFirstOrThrow(),
  );
  const loan = { user: "temp", permission: "project:read", project_id: project, reason: "to look at it" };
  const [, lent, forEver, confederate, image, revoked, log] = await session([
    () => admin("create_user", { name: "temp", email: "temp@example.test" }),
    () => admin("create_delegation", { ...loan, expires_at: "+5m" }),
    // What is lent to it ends with its session, and cannot be given away for longer, nor for good.
    () => admin("create_delegation", { user: "temp", permission: "admin:users", project_id: "all" }),
    () => admin("assign_role", { user: "temp", role: "admin", project_id: "all" }),
    () => admin("update_platform_config", { values: { agent_image: "evil.example/agent:1" } }),
    (results) => admin("revoke_delegation", { delegation_id: lastId(results.slice(0, 2)) }),
    () => admin("search_audit_log", { user: "me", project_id: "all" }),
  ]);
  expect(lent).toContain("project:read");
  expect(forEver).toMatch(/must not be after/);
  for (const refusal of [confederate, image]) expect(refusal).toMatch(/403/);
  expect(revoked).toContain("revoked");
  const [agent] = /agent-[0-9a-f]{8}/.exec(log ?? "") ?? [];
  expect(agent).toBeDefined();

  const entries = await platform.look(async (db) => {
    const ofAgent = db.selectFrom("audit_log").leftJoin("users", "users.id", "audit_log.on_behalf_of");
    return await ofAgent
      .where("audit_log.actor_name", "=", agent ?? "")
      .select(["action", "outcome", "users.name as requester", "actor_type"])
      .orderBy("audit_log.id")
      .execute();
  });
  const by = { requester: "admin", actor_type: "agent" };
  expect(entries).toEqual([
    { action: "POST /api/users", outcome: "done", ...by },
    { action: "POST /api/admin/delegations", outcome: "done", ...by },
    { action: "POST /api/admin/users/{user_id}/roles", outcome: "refused", ...by },
    { action: "PATCH /api/admin/config", outcome: "refused", ...by },
    { action: "DELETE /api/admin/delegations/{delegation_id}", outcome: "done", ...by },
  ]);
  // Whoever asked for the session finds it under their own name.
  const answer = await fetch(`${platform.served.url}/api/admin/audit-log?action=delegations&resource=delegation`, {
    headers: { authorization: `Bearer ${platform.token}` },
  });
  const { items }: { items: { actor_name: string; on_behalf_of_name: string }[] } = JSON.parse(await answer.text());
  expect(items.map(({ actor_name, on_behalf_of_name }) => [actor_name, on_behalf_of_name])).toEqual([
    [agent, "admin"],
    [agent, "admin"],
  ]);
});
