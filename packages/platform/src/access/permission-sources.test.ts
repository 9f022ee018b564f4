import { permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { UserRow } from "../db/schema.ts";
import { inPerson } from "./caller.ts";
import { effectivePermissions, type Grants, type ProjectFacts } from "./effective-permissions.ts";
import { type Assigned, type Holding, type Lent, permissionSources } from "./permission-sources.ts";
import { people, someHolders, someLoans, somePermissions, somewhere } from "./testing/arbitrary-grants.ts";

const [me, other, third] = people;

function userRow(user_type: UserRow["user_type"] = "human"): UserRow {
  const at = "2026-01-01T00:00:00Z";
  const names = { name: "me", display_name: null, email: "me@x", description: null };
  return { id: me, ...names, user_type, is_active: true, created_at: at, updated_at: at };
}

/** Whatever somebody may hold, and all it comes from: as the database would give it. */
const someHolding = fc
  .tuple(someHolders, someLoans, fc.array(somePermissions, { maxLength: 3 }))
  .map(([everybody, delegations, roles]): Holding => {
    const held = new Set(roles.flatMap((role) => [...role]));
    const holders = everybody.map((user) => (user.id === me ? { ...user, roles: held } : user));
    const loans = delegations
      .filter(({ delegate_id }) => delegate_id === me)
      .map(({ delegator_id, permission }, index) => lent(`loan-${index}`, delegator_id, permission));
    const assignments = roles.map((role, index) => assigned(`assignment-${index}`, role));
    const type = everybody.find(({ id }) => id === me)?.user_type;
    return { user: userRow(type), grants: { holders, delegations }, assignments, loans };
  });

const assigned = (id: string, role: Assigned["permissions"]): Assigned => ({
  ...{ id, role_name: `the role of ${id}`, project_id: null, permissions: role },
});
const lent = (id: string, delegator_id: string, permission: Lent["permission"]): Lent => ({
  ...{ id, delegator_id, delegator_name: `name of ${delegator_id}`, permission, project_id: null, expires_at: null },
});

describe("what is said of a user's permissions", () => {
  test("is what is decided, and each has a source", () => {
    fc.assert(
      fc.property(someHolding, somewhere, (holding, project) => {
        const said = permissionSources(holding, project);
        const decided = effectivePermissions(inPerson(holding.user), holding.grants, project);
        expect(said.map(({ permission }) => permission).sort()).toEqual([...decided].sort());
        expect(said.filter(({ sources }) => sources.length === 0)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("names all of its sources: without them it is not held, and with any one of them alone it is", () => {
    fc.assert(
      fc.property(someHolding, somewhere, (holding, project) => {
        for (const { permission, sources } of permissionSources(holding, project)) {
          expect(isHeld(permission, holding, project, (source) => !sources.some(isSame(source)))).toBe(false);
          for (const one of sources) expect(isHeld(permission, holding, project, isSame(one))).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});

type Named = Pick<ReturnType<typeof permissionSources>[number]["sources"][number], "kind" | "id">;
const isSame = (one: Named) => (another: Named) => one.kind === another.kind && one.id === another.id;

/** Whether a permission is held by only those of its user's sources that are kept; what others hold stays. */
function isHeld(
  permission: (typeof permissions)[number],
  { user, grants, assignments, loans }: Holding,
  project: ProjectFacts | null,
  keeps: (source: Named) => boolean,
): boolean {
  const roles = assignments.filter(({ id }) => keeps({ kind: "role", id })).flatMap((one) => [...one.permissions]);
  const delegations = [
    ...grants.delegations.filter(({ delegate_id }) => delegate_id !== me),
    ...loans.filter(({ id }) => keeps({ kind: "delegation", id })).map((loan) => ({ ...loan, delegate_id: me })),
  ];
  const self = grants.holders.find(({ id }) => id === me);
  // Ownership and visibility cannot be taken from one user alone, but given to them as roles, if they are none of an agent.
  const owns = project?.owner_id === me && keeps({ kind: "ownership", id: null });
  const seen = project !== null && project.visibility !== "private" && keeps({ kind: "visibility", id: null });
  const own = [
    ...roles,
    ...(owns ? permissions.filter((name) => !name.startsWith("admin:")) : []),
    ...(seen ? (["project:read"] as const) : []),
  ];
  const isAgent = self?.user_type === "agent";
  const holders = grants.holders.map((holder) =>
    holder.id === me ? { ...holder, user_type: "human" as const, roles: new Set(isAgent ? [] : own) } : holder,
  );
  // What others are by the project, they hold as roles.
  const others = holders.map((holder) =>
    holder.id === me ? holder : { ...holder, roles: new Set([...holder.roles, ...ownedBy(holder, project)]) },
  );
  const asked: Grants = { holders: others, delegations };
  return effectivePermissions(inPerson(user), asked, null).has(permission);
}

function ownedBy({ id, user_type }: Grants["holders"][number], project: ProjectFacts | null) {
  if (user_type === "agent" || project === null) return [];
  const owned = project.owner_id === id ? permissions.filter((name) => !name.startsWith("admin:")) : [];
  return project.visibility === "private" ? owned : [...owned, "project:read" as const];
}

test("a loan that only goes round in a circle is no source of what one holds otherwise", () => {
  const holder = (id: string, ...roles: "deploy:read"[]) => ({
    ...{ id, user_type: "human" as const, is_active: true, roles: new Set(roles) },
  });
  const loan = (delegator_id: string, delegate_id: string) => ({
    ...{ delegator_id, delegate_id, permission: "deploy:read" as const },
  });
  const holding: Holding = {
    user: userRow(),
    grants: {
      holders: [holder(me, "deploy:read"), holder(other), holder(third, "deploy:read")],
      delegations: [loan(me, other), loan(other, me), loan(third, me)],
    },
    assignments: [assigned("mine", new Set(["deploy:read"]))],
    loans: [lent("circle", other, "deploy:read"), lent("theirs", third, "deploy:read")],
  };
  const [said] = permissionSources(holding, null);
  expect(said?.sources.map(({ id }) => id)).toEqual(["mine", "theirs"]);
});
