import { type Permission, permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Caller } from "./caller.ts";
import { effectivePermissions, type Grants } from "./effective-permissions.ts";

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
