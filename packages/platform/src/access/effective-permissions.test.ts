import { type Permission, permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { effectivePermissions, type Grants, type Holder, lastingPermissions } from "./effective-permissions.ts";
import { someHolders, someLoans, somewhere } from "./testing/arbitrary-grants.ts";

const [me, other, projectA, projectB] = ["user-me", "user-other", "project-a", "project-b"];

function caller(token: Partial<Caller["token"]> = {}): Caller {
  const at = "2026-01-01T00:00:00Z";
  return {
    user: {
      id: me,
      name: "me",
      display_name: null,
      email: "me@x",
      description: null,
      user_type: "human",
      is_active: true,
      created_at: at,
      updated_at: at,
    },
    token: { id: "t", kind: "api_token", name: "t", scopes: [], project_id: null, expires_at: null, ...token },
  };
}

const project = (
  facts: Partial<{ id: string; owner_id: string; visibility: "private" | "internal" | "public" }> = {},
) => ({
  id: projectA,
  owner_id: other,
  visibility: "private" as const,
  ...facts,
});

/** What roles grant the caller, who has no delegations. */
const granted = (...names: Permission[]): Grants => ({
  holders: [{ id: me, user_type: "human", is_active: true, roles: new Set(names) }],
  delegations: [],
});
const held = (...args: Parameters<typeof effectivePermissions>) => [...effectivePermissions(...args)].sort();

describe("what a caller may do", () => {
  test("is what their roles grant, and nothing else", () => {
    expect(held(caller(), granted("deploy:read"), project())).toEqual(["deploy:read"]);
    expect(held(caller(), granted(), project())).toEqual([]);
    expect(held(caller(), granted("admin:users"), null)).toEqual(["admin:users"]);
  });

  test("includes reading a project that is not private", () => {
    expect(held(caller(), granted(), project({ visibility: "internal" }))).toEqual(["project:read"]);
    expect(held(caller(), granted(), project({ visibility: "public" }))).toEqual(["project:read"]);
  });

  test("includes everything on their own project but governing the platform", () => {
    const own = held(caller(), granted(), project({ owner_id: me }));
    expect(own).toContain("project:delete");
    expect(own).toContain("secret:write");
    expect(own.filter((permission) => permission.startsWith("admin:"))).toEqual([]);
  });

  test("is narrowed by the token's scopes, an owner's too", () => {
    expect(held(caller({ scopes: ["project:read"] }), granted(), project({ owner_id: me }))).toEqual(["project:read"]);
    expect(held(caller({ scopes: ["deploy:read"] }), granted(), project({ visibility: "public" }))).toEqual([]);
    expect(held(caller({ scopes: ["*"] }), granted("deploy:read"), project())).toEqual(["deploy:read"]);
  });

  test("is nothing outside the token's project, and nothing on the platform as a whole", () => {
    const bound = caller({ project_id: projectB });
    expect(held(bound, granted(...permissions), project({ owner_id: me, visibility: "public" }))).toEqual([]);
    expect(held(bound, granted(...permissions), null)).toEqual([]);
    expect(held(bound, granted("deploy:read"), project({ id: projectB }))).toEqual(["deploy:read"]);
  });
});

test("every permission, from every source, by every kind of token, in every place", () => {
  const sources = ["nothing", "role", "ownership", "visibility", "delegation"] as const;
  let cases = 0;
  for (const permission of permissions) {
    const another = permission === "secret:read" ? "secret:write" : "secret:read";
    for (const source of sources) {
      for (const scopes of [[], ["*"], [permission], [another], [another, permission]]) {
        for (const bound of [null, projectA, projectB]) {
          for (const onProject of [true, false]) {
            cases += 1;
            const roles: Permission[] = source === "role" ? [permission] : [];
            const lends = source === "delegation";
            const grants: Grants = {
              holders: [
                { id: me, user_type: "human", is_active: true, roles: new Set(roles) },
                { id: other, user_type: "human", is_active: true, roles: new Set(lends ? [permission] : []) },
              ],
              delegations: lends ? [{ delegator_id: other, delegate_id: me, permission }] : [],
            };
            const where = project({
              owner_id: source === "ownership" ? me : "user-third",
              visibility: source === "visibility" ? "internal" : "private",
            });
            const given = {
              nothing: false,
              role: true,
              delegation: true,
              ownership: onProject && !permission.startsWith("admin:"),
              visibility: onProject && permission === "project:read",
            }[source];
            const scoped = scopes.length === 0 || scopes.includes("*") || scopes.includes(permission);
            const fits = bound === null || (onProject && bound === projectA);
            const asked = effectivePermissions(caller({ scopes, project_id: bound }), grants, onProject ? where : null);
            const described = JSON.stringify({ permission, source, scopes, bound, onProject });
            expect(asked.has(permission), described).toBe(given && scoped && fits);
          }
        }
      }
    }
  }
  expect(cases).toBe(15 * 5 * 5 * 3 * 2);
});

describe("delegations", () => {
  const person = (id: string, facts: Partial<Holder> = {}): Holder => ({
    id,
    user_type: "human",
    is_active: true,
    roles: new Set(),
    ...facts,
  });
  const withRoles = (id: string, ...roles: Permission[]) => person(id, { roles: new Set(roles) });
  const loan = (delegator_id: string, delegate_id: string, permission: Permission = "deploy:promote") => ({
    delegator_id,
    delegate_id,
    permission,
  });

  test("give what the delegator holds, by a role, as owner, or by another delegation", () => {
    const grants = { holders: [person(me), withRoles(other, "deploy:promote")], delegations: [loan(other, me)] };
    expect(held(caller(), grants, null)).toEqual(["deploy:promote"]);
    const byOwner = { ...grants, holders: [person(me), person(other)] };
    expect(held(caller(), byOwner, project({ owner_id: other }))).toEqual(["deploy:promote"]);
    expect(held(caller(), byOwner, project({ owner_id: "user-third" }))).toEqual([]);
    const chain = {
      holders: [person(me), person(other), withRoles("user-third", "deploy:promote")],
      delegations: [loan(other, me), loan("user-third", other)],
    };
    expect(held(caller(), chain, null)).toEqual(["deploy:promote"]);
  });

  test("are worth nothing once the delegator holds it no longer, or is deactivated", () => {
    const delegations = [loan(other, me)];
    expect(held(caller(), { holders: [person(me), person(other)], delegations }, null)).toEqual([]);
    const gone = person(other, { is_active: false, roles: new Set(["deploy:promote"]) });
    expect(held(caller(), { holders: [person(me), gone], delegations }, null)).toEqual([]);
  });

  test("in a circle give nothing", () => {
    const circle = { holders: [person(me), person(other)], delegations: [loan(other, me), loan(me, other)] };
    expect(held(caller(), circle, null)).toEqual([]);
  });

  test("are all that an agent holds: no roles, no ownership, not even what is open to everybody", () => {
    const agent = person(me, { user_type: "agent", roles: new Set(permissions) });
    const grants = { holders: [agent, withRoles(other, "project:read")], delegations: [] };
    expect(held(caller(), grants, project({ owner_id: me, visibility: "public" }))).toEqual([]);
    const lent = { ...grants, delegations: [loan(other, me, "project:read")] };
    expect(held(caller(), lent, project())).toEqual(["project:read"]);
  });

  test("are narrowed by the token's scopes like everything else", () => {
    const holders = [person(me), withRoles(other, "deploy:promote", "deploy:read")];
    const grants = { holders, delegations: [loan(other, me), loan(other, me, "deploy:read")] };
    expect(held(caller({ scopes: ["deploy:read"] }), grants, null)).toEqual(["deploy:read"]);
  });

  test("lend: what is lent cannot be given away for good, but an agent gives what its delegator holds", () => {
    const grants = { holders: [person(me), withRoles(other, "deploy:promote")], delegations: [loan(other, me)] };
    expect([...lastingPermissions(caller(), grants, null)]).toEqual([]);
    const agent = person(me, { user_type: "agent" });
    const byAgent = {
      holders: [agent, withRoles(other, "deploy:promote", "admin:users")],
      delegations: [loan(other, me), loan(other, me, "admin:users")],
    };
    expect([...lastingPermissions(caller(), byAgent, null)]).toEqual(["deploy:promote"]);
  });

  test("every permission comes over active people from somebody who holds it of their own", () => {
    fc.assert(
      fc.property(someHolders, someLoans, somewhere, (holders, delegations, where) => {
        const own = (user: Holder, permission: Permission) =>
          user.user_type !== "agent" &&
          (user.roles.has(permission) ||
            (where?.owner_id === user.id && !permission.startsWith("admin:")) ||
            (where?.visibility === "public" && permission === "project:read"));
        const reaches = (id: string, permission: Permission, seen: readonly string[]): boolean => {
          const user = holders.find((holder) => holder.id === id);
          if (user === undefined || !user.is_active || seen.includes(id)) return false;
          return (
            own(user, permission) ||
            delegations.some(
              (loan) =>
                loan.delegate_id === id &&
                loan.permission === permission &&
                reaches(loan.delegator_id, permission, [...seen, id]),
            )
          );
        };
        const expected = permissions.filter((permission) => reaches(me, permission, []));
        expect(held(caller(), { holders, delegations }, where)).toEqual([...expected].sort());
      }),
      { numRuns: 300 },
    );
  });

  test("an agent's set is within that of those who delegate to it", () => {
    fc.assert(
      fc.property(someHolders, someLoans, somewhere, (everybody, delegations, where) => {
        const holders = everybody.map((user) => (user.id === me ? { ...user, user_type: "agent" as const } : user));
        const grants = { holders, delegations };
        const as = (id: string): Caller => ({ ...caller(), user: { ...caller().user, id } });
        const requesters = delegations.filter(({ delegate_id }) => delegate_id === me);
        for (const permission of effectivePermissions(as(me), grants, where)) {
          expect(
            requesters.some(({ delegator_id }) =>
              effectivePermissions(as(delegator_id), grants, where).has(permission),
            ),
          ).toBe(true);
        }
      }),
    );
  });

  test("what may be given away for good is always held", () => {
    fc.assert(
      fc.property(someHolders, someLoans, somewhere, (holders, delegations, where) => {
        const has = effectivePermissions(caller(), { holders, delegations }, where);
        const lasting = lastingPermissions(caller(), { holders, delegations }, where);
        expect([...lasting].filter((permission) => !has.has(permission))).toEqual([]);
      }),
    );
  });
});

describe("properties", () => {
  const somePermissions = fc.uniqueArray(fc.constantFrom(...permissions));
  const someProject = fc.option(
    fc.record({
      id: fc.constantFrom(projectA, projectB),
      owner_id: fc.constantFrom(me, other),
      visibility: fc.constantFrom("private", "internal", "public"),
    }),
  );
  const someToken = fc.record({
    scopes: fc.uniqueArray(fc.constantFrom<string>(...permissions, "*", "unknown:scope")),
    project_id: fc.constantFrom(null, projectA, projectB),
  });

  test("a token never adds to what its user may do", () => {
    fc.assert(
      fc.property(somePermissions, someProject, someToken, (grants, where, token) => {
        const unrestricted = effectivePermissions(caller(), granted(...grants), where);
        const limited = effectivePermissions(caller(token), granted(...grants), where);
        expect([...limited].filter((permission) => !unrestricted.has(permission))).toEqual([]);
      }),
    );
  });

  test("another scope never takes away, except that the first one restricts", () => {
    fc.assert(
      fc.property(
        somePermissions,
        someProject,
        someToken,
        fc.constantFrom(...permissions),
        (grants, where, token, scope) => {
          fc.pre(token.scopes.length > 0);
          const before = effectivePermissions(caller(token), granted(...grants), where);
          const after = effectivePermissions(
            caller({ ...token, scopes: [...token.scopes, scope] }),
            granted(...grants),
            where,
          );
          expect([...before].filter((permission) => !after.has(permission))).toEqual([]);
        },
      ),
    );
  });
});
