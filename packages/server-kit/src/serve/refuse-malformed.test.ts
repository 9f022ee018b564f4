import * as fc from "fast-check";
import { expect, test } from "vitest";
import { refusalOf } from "./refuse-malformed.ts";

const refusal = (message: unknown) => {
  const answer = refusalOf(Buffer.from(`${JSON.stringify(message)}\n`));
  return answer === undefined ? undefined : JSON.parse(answer);
};

test.each([
  [{ jsonrpc: "2.0", id: 1, method: "tools/call", params: [] }, "params must be an object"],
  [{ jsonrpc: "2.0", id: "a", method: "tools/call", params: null }, "params must be an object"],
  [{ jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: 5 } }, "params._meta must be an object"],
  [{ jsonrpc: "1.0", id: 1, method: "ping" }, 'jsonrpc must be "2.0"'],
])("%j is refused", (message, problem) => {
  expect(refusal(message)).toEqual({
    jsonrpc: "2.0",
    id: message.id,
    error: { code: -32600, message: `Invalid request: ${problem}` },
  });
});

test.each([
  { jsonrpc: "2.0", id: 1, method: "ping" },
  { jsonrpc: "2.0", id: 1, method: "ping", params: { _meta: {} } },
  { jsonrpc: "2.0", method: "notifications/cancelled", params: [] },
  { jsonrpc: "2.0", id: null, method: "ping", params: [] },
  { jsonrpc: "2.0", id: 1, result: [] },
  [{ jsonrpc: "2.0", id: 1, method: "ping", params: [] }],
  "ping",
  null,
])("%j is none of its business", (message) => {
  expect(refusal(message)).toBeUndefined();
});

test("whatever the line, it does not throw", () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (line) => {
      expect(["string", "undefined"]).toContain(typeof refusalOf(Buffer.from(line)));
    }),
  );
});
