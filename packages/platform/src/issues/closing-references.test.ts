import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { closingReferences } from "./closing-references.ts";

describe("closingReferences finds", () => {
  test.each([
    ["closes #1", [1]],
    ["Close #2, closed #3; FIXES: #4", [2, 3, 4]],
    ["fix #5 and fixed #6\nresolves #7, resolve #8, resolved\t#9.", [5, 6, 7, 8, 9]],
    ["closes #2\n\ncloses #1\r\nfixes #2", [2, 1]],
    ["(closes #1)", [1]],
    ["```\ncloses #1\n```\ncloses #2", [2]],
    ["~~~ text\n```\ncloses #1\n~~~~\ncloses #2", [2]],
    ["say `closes #1`, then closes #2", [2]],
    ["``closes #1 ` closes #2`` closes #3", [3]],
    ["a lone ` does nothing, closes #1", [1]],
    ["a lone `\n\ncloses #1\n\nand another `", [1]],
    ["``` is no fence ` here, closes #1", [1]],
    ["closes #2147483647", [2_147_483_647]],
  ])("%j", (text, numbers) => {
    expect(closingReferences(text)).toEqual(numbers);
  });
});

describe("closingReferences finds nothing in", () => {
  test.each([
    "",
    "see #1",
    "#1 is closed",
    "encloses #1",
    "prefixes #1",
    "hot-fix #1",
    "closes#1",
    "closes #0",
    "closes #01",
    "closes #1st",
    "closes #1-2",
    "closes #2147483648",
    "closes #99999999999999999999",
    "closes\n#1",
    "closes other/project#1",
    "```\ncloses #1",
    "```js\ncloses #1\n``\n~~~\ncloses #2",
    "`closes\n#1` `closes #2`",
  ])("%j", (text) => {
    expect(closingReferences(text)).toEqual([]);
  });
});

/** Text in which fences, spans and keywords meet in every way. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom("closes #1", "fixes #22", "\n", "\r\n", "`", "``", "```", "~~~", " ", "#3", "resolve", "    "),
      fc.string({ unit: "binary", maxLength: 5 }),
    ),
  )
  .map((parts) => parts.join(""));

test("whatever the text, numbers are those of issues, each once", () => {
  fc.assert(
    fc.property(text, (anything) => {
      const found = closingReferences(anything);
      expect(found).toEqual([...new Set(found)]);
      for (const number of found) expect(anything).toContain(`#${number}`);
    }),
  );
});

test("whatever stands in a fence, nothing of it counts and what follows does", () => {
  fc.assert(
    fc.property(text, (anything) => {
      const inside = anything.replace(/[`~]/g, "");
      expect(closingReferences(`\`\`\`\n${inside}\n\`\`\`\ncloses #777`)).toEqual([777]);
    }),
  );
});

test("a text as long as one may be, of nothing but trouble, is read", () => {
  const runs = Array.from({ length: 440 }, (_, length) => "`".repeat(length + 1)).join(" ");
  for (const trouble of [
    "`".repeat(100_000),
    "closes ".repeat(14_000),
    "\n```".repeat(25_000),
    runs,
    "` ``".repeat(25_000),
  ]) {
    expect(closingReferences(trouble)).toEqual([]);
  }
});
