import { expect, test } from "vitest";
import { readLine } from "./line-record.ts";

test.each([
  ["ERROR it broke", "error"],
  ["2026-11-23T07:00:00.123Z [warn] slow", "warn"],
  ["[2026-11-23 07:00:00] CRITICAL: gone", "fatal"],
  ["\u001b[31merror\u001b[39m Command failed", "error"],
  ['time="2026-11-23" level=warning msg=slow', "warn"],
  ["TypeError: x is not a function", "error"],
  ["java.lang.IllegalStateException: no", "error"],
  ["Traceback (most recent call last):", "error"],
  ["npm error code 1", "error"],
  ["DEBUG: detail", "debug"],
  ["Errors found: 0", "info"],
  ["information for the error page", "info"],
  ["    at Object.error (file.js:1:1)", "info"],
  ["", "info"],
])("%j is of level %s", (line, level) => {
  expect(readLine(line)).toEqual({ level, message: line, attributes: null });
});

test("a line of JSON, as loggers write it, is read", () => {
  const traceId = "0AF7651916cd43dd8448eb211c80319c";
  const line = { level: 50, time: 1, msg: "it broke", code: 7, nested: { a: 1 }, trace_id: traceId, span_id: "no" };
  expect(readLine(JSON.stringify(line))).toEqual({
    ...{ level: "error", message: "it broke", attributes: { code: 7 }, traceId: traceId.toLowerCase() },
    // Not that of whoever printed the line, which is in another trace.
    spanId: null,
  });
  expect(readLine('{"severity":"WARNING","message":"slow"}')).toEqual({
    ...{ level: "warn", message: "slow", attributes: null },
  });
});

test.each(['{"level":50}', "{not json}", "[1,2]", '{"msg":7}'])("%s is a text", (line) => {
  expect(readLine(line)).toMatchObject({ message: line, attributes: null });
});

test("what PostgreSQL cannot store is left out", () => {
  expect(readLine('{"msg":"a\\u0000b","x\\u0000":"\\ud800"}')).toMatchObject({ message: "ab", attributes: { x: "�" } });
  expect(readLine("a\0b").message).toBe("ab");
});
