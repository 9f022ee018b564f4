import type { Permission } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { sql } from "kysely";
import type { TestPlatform } from "../../testing/test-platform.ts";

/** What decides what somebody may do, by the places of users and projects in their lists; null is everywhere. */
export interface RandomGrants {
  readonly roles: readonly { readonly user: number; readonly role: string; readonly project: number | null }[];
  readonly loans: readonly {
    readonly from: number;
    readonly to: number;
    readonly permission: Permission;
    readonly project: number | null;
    readonly state: "live" | "expired" | "revoked";
  }[];
  readonly caller: { readonly user: number; readonly scopes: readonly Permission[]; readonly project: number | null };
}

interface People {
  readonly users: readonly string[];
  /** Their ids. */
  readonly projects: readonly string[];
  /** Names of roles. */
  readonly roles: readonly string[];
}

/** Grants that often concern telemetry, and lead over several people. */
export function randomGrants({ users, projects, roles }: People): fc.Arbitrary<RandomGrants> {
  const user = fc.nat({ max: users.length - 1 });
  // The first two mostly, so that it is often the same.
  const project = fc.option(fc.oneof(fc.nat({ max: 1 }), fc.nat({ max: projects.length - 1 })), { freq: 3 });
  const permission = fc.constantFrom<Permission>("observe:read", "observe:read", "project:read", "observe:write");
  const scopes = fc.oneof(
    { weight: 2, arbitrary: fc.constant<Permission[]>([]) },
    fc.uniqueArray(permission, { maxLength: 2 }),
  );
  const role = fc.record({ user, role: fc.constantFrom(...roles), project });
  const grants = fc.record({
    roles: fc.array(role, { maxLength: 4 }),
    loans: fc.uniqueArray(
      fc.record({
        ...{ from: user, to: user, permission, project },
        state: fc.constantFrom("live", "live", "live", "expired", "revoked"),
      }),
      // Nobody lends the same twice.
      { maxLength: 6, selector: ({ state: _, ...loan }) => JSON.stringify(loan) },
    ),
    caller: fc.record({ user, scopes, project }),
  });
  // Who holds nothing is told nothing, which is soon tried enough.
  return fc.tuple(grants, fc.option(role)).map(([{ roles: some, caller, ...rest }, own]) => ({
    ...{ ...rest, caller },
    roles: own === null ? some : [...some, { ...own, user: caller.user }],
  }));
}

/** Gives these people that, and nothing else; makes the caller's token. */
export async function grant(platform: TestPlatform, people: People, grants: RandomGrants): Promise<string> {
  const { db } = platform;
  const ids = await Promise.all(people.users.map((name) => platform.idOf("users", name)));
  await db.deleteFrom("user_roles").where("user_id", "in", ids).execute();
  await db.deleteFrom("delegations").execute();
  const name = (user: number) => people.users[user] ?? "";
  const projectOf = (project: number | null) => (project === null ? undefined : people.projects[project]);
  for (const { user, role, project } of grants.roles) {
    const values = { user_id: ids[user] ?? "", role_id: await platform.idOf("roles", role) };
    await db
      .insertInto("user_roles")
      .values({ ...values, project_id: projectOf(project) ?? null })
      .onConflict((on) => on.doNothing())
      .execute();
  }
  for (const { from, to, permission, project, state } of grants.loans) {
    if (from === to) continue;
    const where = projectOf(project);
    const id = await platform.lend({
      ...{ from: name(from), to: name(to), permission },
      ...(where !== undefined && { project: where }),
      ...(state === "expired" && { expiresInSeconds: -1 }),
    });
    if (state !== "revoked") continue;
    await db.updateTable("delegations").set({ revoked_at: sql`now()` }).where("id", "=", id).execute();
  }
  const { user, scopes, project } = grants.caller;
  const bound = projectOf(project);
  return await platform.token({ user: name(user), scopes, ...(bound !== undefined && { project: bound }) });
}
