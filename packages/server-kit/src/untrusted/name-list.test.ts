import { expect, test } from "vitest";
import { nameList } from "./name-list.ts";

test("names are quoted where they need it, and as many as have room", () => {
  expect(nameList(["src/a.ts", "b c.txt"], "files")).toBe('src/a.ts, "b c.txt"');
  expect(nameList(["abcd", "efgh", "ijkl"], "files", 9)).toBe("abcd, efgh and 1 more");
  expect(nameList(["a".repeat(600), "b"], "files")).toBe("2 files");
});
