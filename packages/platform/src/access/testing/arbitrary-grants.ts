import { permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";

/** Who may hold, own and lend something. */
export const people = ["user-me", "user-other", "user-third", "user-fourth"] as const;

export const somePermissions = fc
  .uniqueArray(fc.constantFrom(...permissions), { maxLength: 3 })
  .map((names) => new Set(names));

/** Each of the people, with roles. */
export const someHolders = fc.tuple(
  ...people.map((id) =>
    fc.record({
      id: fc.constant(id),
      user_type: fc.constantFrom("human" as const, "agent" as const, "service_account" as const),
      is_active: fc.boolean(),
      roles: somePermissions,
    }),
  ),
);

/** Delegations between them, in circles too. */
export const someLoans = fc.array(
  fc.record({
    delegator_id: fc.constantFrom(...people),
    delegate_id: fc.constantFrom(...people),
    permission: fc.constantFrom(...permissions.slice(0, 4), "admin:users" as const),
  }),
  { maxLength: 8 },
);

/** A project of one of them, or the platform as a whole. */
export const somewhere = fc.option(
  fc.record({
    id: fc.constant("project-a"),
    owner_id: fc.constantFrom(...people),
    visibility: fc.constantFrom("private" as const, "public" as const),
  }),
);
