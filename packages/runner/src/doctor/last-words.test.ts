import { expect, test } from "vitest";
import { lastWords } from "./last-words.ts";

test("the last line that says something, without the server's name", () => {
  expect(lastWords("platform-core: odd\nplatform-core: PROJECT_ID must be a UUID\n\n")).toBe(
    "PROJECT_ID must be a UUID",
  );
});

test("of a crash the error, and not the frames or Node's version after it", () => {
  const crash = `/opt/servers/platform-core.js:2
throw new TypeError("x is not a function")
^

TypeError [ERR_X]: x is not a function
    at Object.<anonymous> (/opt/servers/platform-core.js:2:7)

Node.js v22.23.3
`;
  expect(lastWords(crash)).toBe("TypeError [ERR_X]: x is not a function");
});

test("nothing said is nothing", () => {
  expect(lastWords(" \n\n")).toBeUndefined();
});

test("control characters do not reach the terminal", () => {
  expect(lastWords("\u001b[31mred\u0007\u202e\n")).toBe("[31mred");
});
