import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hiddenCharacter } from "./hidden-characters.ts";
import { shellWord } from "./shell-word.ts";

test("a harmless name stays bare, and what could be anything else is quoted", () => {
  expect(shellWord("feature/a-b_c.1")).toBe("feature/a-b_c.1");
  expect(shellWord("-x")).toBe("$'-x'");
  expect(shellWord("a b")).toBe("$'a b'");
  expect(shellWord("$(reboot)`x`;'")).toBe("$'$(reboot)`x`;\\''");
  expect(shellWord("ev\u200bil\u202e")).toBe("$'ev\\U0000200bil\\U0000202e'");
  expect(shellWord("two\nlines")).toBe("$'two\\U0000000alines'");
});

test("a shell reads the name it was made of, and shows nothing hidden", () => {
  const unit = fc.oneof(fc.constantFrom(...`'"\\$\`!*;&|<>(){}# ~-\n\u202e\u200b`), fc.constant("é"));
  const names = fc.sample(fc.string({ unit, minLength: 1 }), 50);
  const words = names.map(shellWord);
  for (const word of words) expect(word.search(hiddenCharacter)).toBe(-1);
  const printed = execFileSync("bash", ["--norc", "-c", `printf '%s\\0' ${words.join(" ")}`], {
    env: { LC_ALL: "C.UTF-8" },
  });
  expect(printed.toString().split("\0").slice(0, -1)).toEqual(names);
});
