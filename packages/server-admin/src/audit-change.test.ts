import * as fc from "fast-check";
import { expect, test } from "vitest";
import { auditChange } from "./audit-change.ts";

test.each<[object | null, object | null, string | null]>([
  [{ is_active: true }, { is_active: false }, "is_active: true -> false"],
  [{ permissions: ["a"] }, { permissions: [] }, 'permissions: ["a"] -> []'],
  [null, { id: "1", name: "ada", display_name: null, created_at: "now" }, "name: ada"],
  [{ role_name: "ops" }, null, "role_name: ops"],
  [{ description: null }, { description: "x" }, "description: null -> x"],
  [null, null, null],
  [{}, {}, null],
])("%j -> %j is said as %j", (before, after, said) => {
  expect(auditChange({ before, after })).toBe(said);
});

test("whatever a platform sends for it", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      const said = auditChange({ before, after });
      if (said !== null) expect(said.length).toBeGreaterThan(0);
    }),
  );
});
