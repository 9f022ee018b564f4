import * as fc from "fast-check";
import { expect, test } from "vitest";
import { safeName } from "./safe-name.ts";

test("ordinary names stay what they are", () => {
  for (const name of ["report.html", "platform-core.js.map", "coverage", "a_b-c.1.tar.gz"])
    expect(safeName(name)).toBe(name);
});

test.each([
  ["../../etc/passwd", "passwd"],
  ["..", "_"],
  ["", "artifact"],
  ["/", "artifact"],
  [".bashrc", "_bashrc"],
  ["-rf", "_rf"],
  ["C:\\Windows\\system.ini", "system.ini"],
  ["naïve report (1).html", "na_ve_report_1_.html"],
  ["a\0b\nc", "a_b_c"],
  ["\u202egnp.exe", "_gnp.exe"],
])("%j", (name, safe) => {
  expect(safeName(name)).toBe(safe);
});

test("whatever comes, the result is one plain, short name", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.string({ unit: fc.constantFrom(".", "/", "\\", "a", "-") }),
      ),
      (name) => {
        const safe = safeName(name);
        expect(safe).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,119}$/);
      },
    ),
  );
});
