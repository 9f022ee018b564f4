import * as fc from "fast-check";
import { expect, test } from "vitest";
import { renderData, renderText } from "../testing/render-text.ts";
import { text } from "./text.ts";

const part = (content: string, options: Partial<Parameters<typeof text>[0]> = {}) =>
  text({
    key: "content",
    text: content,
    rest: ({ from, to, of }) => `shown ${from}-${to} of ${of}`,
    lineCut: ({ to }) => `cut ${to}`,
    ...options,
  });

test("text stands in a fence, and ends where it ends", () => {
  expect(renderText(part("one\ntwo\n"))).toBe("<untrusted c0ffee00>\none\ntwo\n</untrusted c0ffee00>");
  expect(renderText(part(""))).toBe("<untrusted c0ffee00>\n</untrusted c0ffee00>");
});

test("its position stands before it", () => {
  const position = { key: "lines", value: ({ from, to }: { from: number; to: number }) => `${from}-${to}` };
  expect(renderText(part("a\nb", { position }))).toMatch(/^lines: 1-2\n<untrusted/);
  expect(renderData(part("a\nb", { position }))).toEqual({ lines: "1-2", content: "a\nb" });
});

test("a label stands before each line, and counts", () => {
  const label = (line: number) => `${line + 400}: `;
  expect(renderText(part("one\ntwo\n", { label }))).toBe(
    "<untrusted c0ffee00>\n401: one\n402: two\n</untrusted c0ffee00>",
  );
  const key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\n";
  expect(renderText(part(key, { label }))).toContain("\n402: [masked]\n");
  const long = renderText(part("x\n".repeat(20_000), { label: () => "a label ".repeat(20) }));
  expect(long.length).toBeLessThan(45_000);
});

test("lines that do not fit are left out from the end, or from the beginning", () => {
  const lines = Array.from({ length: 5000 }, (_, at) => `line ${at + 1}`);
  const head = renderText(part(lines.join("\n")));
  const shown = Number(/shown 1-(\d+) of 5000$/.exec(head)?.[1]);
  expect(head).toContain(`\nline ${shown}\n</untrusted`);
  const tail = renderText(part(lines.join("\n"), { keep: "tail" }));
  const first = Number(/shown (\d+)-5000 of 5000$/.exec(tail)?.[1]);
  expect(tail).toContain(`>\nline ${first}\n`);
});

test("a share of the budget leaves the rest to what follows", () => {
  const lines = "a line of words\n".repeat(5000);
  const [whole, half] = [1, 0.5].map((share) => renderText(part(lines, { share })).length);
  expect((half ?? 0) / (whole ?? 0)).toBeCloseTo(0.5, 1);
});

test("a platform that had more is said to have had more", () => {
  expect(renderText(part("a\nb", { more: true }))).toMatch(/shown 1-2 of 2$/);
});

test("a first line that is too long by itself is cut, not dropped", () => {
  const cut = renderText(part(`${"word ".repeat(20_000)}\nnext`));
  expect(cut.length).toBeGreaterThan(10_000);
  expect(cut).toMatch(/\n<\/untrusted c0ffee00>\ncut 1$/);
  const tail = renderText(part(`before\n${"word ".repeat(20_000)}end`, { keep: "tail" }));
  expect(tail).toMatch(/end\n<\/untrusted c0ffee00>\ncut 2$/);
});

test("structured output counts what escaping adds", () => {
  const { content, left_out } = renderData(part('"\\"\\\n'.repeat(20_000)));
  expect(JSON.stringify(content).length).toBeLessThan(45_000);
  expect(left_out).toHaveLength(1);
});

test("every line is one line, whatever it holds", () => {
  const lines = fc.array(
    fc.string({ unit: fc.constantFrom("a", "\r", "\u2028", "\u2029", "\x1b[2K", "\u0085", "\v", "\f") }),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(lines, (given) => {
      const { content } = renderData(part(`${given.join("\n")}\n`));
      expect(String(content).split("\n")).toHaveLength(given.length);
    }),
  );
});
