import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hostileText } from "../testing/hostile-text.ts";
import { hiddenCharacter } from "./hidden-characters.ts";
import { named, quoteName, quoteText, UserName, UserText, user } from "./user-text.ts";

test("a plain name stands bare", () => {
  for (const name of ["main", "feature/añadir-test_2", "src/index.ts", "v1.0.0+build", "@scope/x", "日本語.md"]) {
    expect(quoteName(name)).toBe(name);
  }
});

test("a name that could be mistaken for something else is quoted", () => {
  expect(quoteName("a b")).toBe('"a b"');
  expect(quoteName("-")).toBe('"-"');
  expect(quoteName("")).toBe('""');
  expect(quoteName("x\ninjected: true")).toBe('"x\\ninjected: true"');
  expect(quoteName("</untrusted>")).toBe('"</untrusted>"');
  expect(quoteName('say "hi"')).toBe('"say \\"hi\\""');
});

test("what does not show in a name is written out, so that it can be repeated", () => {
  expect(quoteName("invoice\u202efdp.exe")).toBe('"invoice\\u202efdp.exe"');
  expect(quoteName("ma\u200bin")).toBe('"ma\\u200bin"');
  expect(quoteName(`x${String.fromCodePoint(0xe0041)}`)).toBe('"x\\udb40\\udc41"');
});

test("quoted or bare, a name reads back as itself and nothing in it is hidden", () => {
  fc.assert(
    fc.property(hostileText({ maxLength: 60 }), (text) => {
      const name = text.toWellFormed();
      const quoted = quoteName(name);
      if (!quoted.includes("[masked]")) expect(quoted.startsWith('"') ? JSON.parse(quoted) : quoted).toBe(name);
      expect(quoted.search(hiddenCharacter)).toBe(-1);
      expect(quoted).not.toContain("\n");
      if (!quoted.startsWith('"')) expect(quoted).not.toMatch(/\s/);
    }),
    { numRuns: 300 },
  );
});

test("a credential in a name is masked", () => {
  expect(quoteName(`backup/plat_api_${"0f".repeat(32)}`)).toBe('"backup/[masked]"');
});

test("quoted text stays on its line and in its quotes, and is cut between characters", () => {
  expect(quoteText('a "b"\n\\c')).toBe('"a \\"b\\"\\n\\\\c"');
  expect(quoteText("abcdef", 4)).toBe('"abc…"');
  expect(quoteText("ab👍👍", 4)).toBe('"ab…"');
  fc.assert(
    fc.property(hostileText({ maxLength: 60 }), (text) => {
      expect(JSON.parse(quoteText(user(text).text))).toBe(user(text).text);
    }),
  );
});

test("what is no text is passed on as it is", () => {
  expect([user(null), user(undefined), named(null), named(3)]).toEqual([null, undefined, null, 3]);
  expect(user("x")).toBeInstanceOf(UserText);
  expect(named("x")).toBeInstanceOf(UserName);
});
