import { expect, test } from "vitest";
import { mirrorAmong, mirrorToBe } from "../../scripts/lib/image/debian-mirror.ts";

const own = "http://mirror.example/debian";

test("Debian's mirror is known among others", () => {
  const others = `packager|packager|main|https://apt.example/\nDebian|Debian-Security|main|${own}-security\n`;
  expect(mirrorAmong(`${others}Debian|Debian|main|${own}`)).toBe(own);
  expect(mirrorAmong(others)).toBeUndefined();
});

test("before apt has fetched anything, the mirror is known by its address", () => {
  const others = [`'${own}-security/dists/a/InRelease' a 0`, "'http://apt.example/tools/dists/a/InRelease' b 0"];
  expect(mirrorToBe([...others, `'${own}/dists/a/InRelease' c 0`].join("\n"))).toBe(own);
  expect(mirrorToBe(others.join("\n"))).toBeUndefined();
});
