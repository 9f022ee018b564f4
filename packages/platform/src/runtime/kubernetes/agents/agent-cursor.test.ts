import { expect, test } from "vitest";
import { readCursor, writeCursor } from "./agent-cursor.ts";

test("a place in a container's log is found again", () => {
  const cursor = { container: "git-clone", position: "1795393962:1:0:1795393964.936426522" };
  expect(readCursor(writeCursor(cursor))).toEqual(cursor);
  expect(writeCursor({ container: "setup", position: null })).toBeNull();
});

test.each([null, "", "claude", "claude ", " 1:2", "a b c"])("%j is the beginning", (text) => {
  expect(readCursor(text)).toBeUndefined();
});
