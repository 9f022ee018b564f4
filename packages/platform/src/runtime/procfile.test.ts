import fc from "fast-check";
import { expect, test } from "vitest";
import { parseProcfile } from "./procfile.ts";

test.each([
  ["web: npm start\n", { web: "npm start" }],
  ["web:npm start", { web: "npm start" }],
  [
    "# what runs\n\nrelease: make db\r\nweb:\tnode server.js --port $PORT  \r\n",
    { release: "make db", web: "node server.js --port $PORT" },
  ],
  ["web: first\nweb: second\n", { web: "second" }],
  ["web:\nweb:   \n", {}],
  ["\uFEFFweb: a: b\n", { web: "a: b" }],
  [" web: indented\n#web: commented\nweb server: x\n: x\n", {}],
  ["", {}],
])("%j", (text, commands) => {
  expect(Object.fromEntries(parseProcfile(text))).toEqual(commands);
});

test("any text is read, and gives commands of one line", () => {
  const lines = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("web: x", "web:", "a:b", "\r", ":")));
  fc.assert(
    fc.property(lines, (parts) => {
      for (const [name, command] of parseProcfile(parts.join("\n"))) {
        expect(name).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(command).toMatch(/^\S([^\r\n]*\S)?$/);
      }
    }),
    { numRuns: 200 },
  );
});
