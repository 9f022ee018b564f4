import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hasImagePrefix } from "./image-prefix.ts";

describe("an image begins with a prefix", () => {
  test.each([
    ["registry.example/team/app:1", "registry.example/team"],
    ["registry.example/team/app:1", "registry.example/team/"],
    [`registry.example:5000/team/app@sha256:${"a".repeat(64)}`, "registry.example:5000"],
    ["registry.example/team/app:1.0-rc", "registry.example/team/app"],
    ["registry.example/team/app:1.0-rc", "registry.example/team/app:1.0-rc"],
    ["ubuntu", "ubuntu"],
    ["ubuntu:24.04", "ubuntu"],
  ])("%s: %s", (image, prefix) => expect(hasImagePrefix(image, prefix)).toBe(true));
});

describe("an image does not begin with a prefix", () => {
  test.each([
    ["as it is a part of a longer word", "registry.example/teamwork/app:1", "registry.example/team"],
    ["as it is a part of a longer host", "registry.example.evil.example/app", "registry.example"],
    ["as the host has another port", "registry.example:5000/team/app", "registry.example"],
    ["as the path goes up", "registry.example/team/../other/app", "registry.example/team"],
    ["as there is an empty part", "registry.example/team//app", "registry.example/team"],
    ["as it is the folder itself", "registry.example/team", "registry.example/team/"],
    ["as a tag is no folder", "registry.example/team:1", "registry.example/team/"],
    ["as a tag goes on", "app:10", "app:1"],
    ["as a query follows", "registry.example/team?x", "registry.example/team"],
    ["as it is elsewhere in it", "evil.example/registry.example/team", "registry.example/team"],
  ])("%s", (_, image, prefix) => expect(hasImagePrefix(image, prefix)).toBe(false));
});

test("an image with a prefix is in the same registry, and within its path", () => {
  const following = fc.stringMatching(/^[a-z.:/@_-]{0,12}$/);
  fc.assert(
    fc.property(fc.constantFrom("r.example/team", "r.example/team/"), following, (prefix, rest) => {
      const image = `${prefix}${rest}`;
      if (!hasImagePrefix(image, prefix)) return;
      const [registry, first, ...path] = image.split("/");
      expect(registry).toBe("r.example");
      expect(first).toMatch(/^team(:|@|$)/);
      for (const name of path) expect(name).toMatch(/^[a-z\d]/);
    }),
  );
});
