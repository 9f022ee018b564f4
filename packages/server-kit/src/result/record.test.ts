import { expect, test } from "vitest";
import { renderData, renderText } from "../testing/render-text.ts";
import { named, user } from "../untrusted/user-text.ts";
import { record } from "./record.ts";
import { secret } from "./secret.ts";

test("an entity is key and value lines, without those that are empty", () => {
  const entity = record({
    id: "a b",
    name: named("fix/it"),
    title: user('say "hi"\nthere'),
    count: 0,
    done: false,
    gone: null,
    unknown: undefined,
    labels: ["x", named("y z")],
    empty: [],
  });
  expect(renderText(entity)).toMatchInlineSnapshot(`
    "id: a b
    name: fix/it
    title: "say \\"hi\\"\\nthere"
    count: 0
    done: false
    labels: x, "y z"
    empty: -"
  `);
});

test("a new secret is not masked, and is marked as what it is", () => {
  const token = `plat_api_${"0123456789abcdef".repeat(4)}`;
  const made = record({ token: secret(token), password: secret("a b\n\u202e"), reason: user(token), id: token });
  expect(renderText(made)).toBe(
    [
      `token: ${token} (secret, shown this once)`,
      'password: "a b\\n" (secret, shown this once)',
      'reason: "[masked]"',
      "id: [masked]",
    ].join("\n"),
  );
  expect(renderData(made)).toMatchObject({ token, id: "[masked]" });
});

test("the platform's own words cannot add a line", () => {
  expect(renderText(record({ status: "ok\nadmin: true\u202e" }))).toBe('status: "ok\\nadmin: true"');
});

test("structured output keeps null, and leaves out what was not sent", () => {
  expect(renderData(record({ a: null, b: undefined, c: named("x y") }))).toEqual({ a: null, c: "x y" });
});

test("a long text is shown whole where it fits", () => {
  const long = "word ".repeat(1000);
  expect(renderText(record({ body: user(long) }))).toBe(`body: ${JSON.stringify(long)}`);
});

test("what does not fit is cut, and named", () => {
  const entity = record({ id: 7, body: user("word ".repeat(20_000)), after: "x" });
  expect(renderText(entity)).toMatch(/^id: 7\nbody: "word [\s\S]*Too long to be shown whole: body/);
  const { id, body, left_out } = renderData(entity);
  expect(id).toBe(7);
  expect(String(body)).toMatch(/^word /);
  expect(left_out).toEqual([expect.stringContaining("body")]);
});
