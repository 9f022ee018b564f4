import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LineSplitter } from "./line-splitter.ts";

/** The lines of a text that comes in these pieces. */
function linesOf(pieces: readonly string[], first = 1): [number, string][] {
  const lines: [number, string][] = [];
  const splitter = new LineSplitter((number, text) => lines.push([number, text]), { first });
  for (const piece of pieces) splitter.push(piece);
  splitter.end();
  return lines;
}

const textsOf = (...pieces: string[]) => linesOf(pieces).map(([, text]) => text);

/** A text in pieces cut at any place. */
const cutText = fc
  .tuple(
    fc.string({
      unit: fc.constantFrom("a", "b", "\r", "\n", "é", "中", "😀", "\x1b[2K", " ", "\u2028"),
      maxLength: 60,
    }),
    fc.array(fc.nat(60)),
  )
  .map(([text, cuts]) => {
    const places = [0, ...cuts.map((cut) => cut % (text.length + 1)).sort((one, other) => one - other), text.length];
    return { text, pieces: places.slice(1).map((to, at) => text.slice(places[at], to)) };
  });

describe("lines", () => {
  test("end with a line feed and nothing else", () => {
    expect(linesOf(["one\ntwo\u2028still two\r\n\nfour"])).toEqual([
      [1, "one"],
      [2, "two\u2028still two"],
      [3, ""],
      [4, "four"],
    ]);
    expect(linesOf(["a\n"], 401)).toEqual([[401, "a"]]);
    expect(linesOf([])).toEqual([]);
  });

  test("are as many as there are line feeds, wherever the text is cut", () => {
    fc.assert(
      fc.property(cutText, ({ text, pieces }) => {
        const lines = linesOf(pieces);
        expect(lines).toEqual(linesOf([text]));
        const whole = text.split("\n");
        expect(lines.length).toBe(whole.at(-1) === "" ? whole.length - 1 : whole.length);
        expect(lines.map(([number]) => number)).toEqual(lines.map((_, at) => at + 1));
      }),
    );
  });
});

describe("a line that was written over", () => {
  test("is its last state", () => {
    expect(textsOf("10 %\r50 %\r100 % done\nnext\n")).toEqual(["100 % done", "next"]);
    expect(textsOf("10 %\r5", "0 %\r", "\n")).toEqual(["50 %"]);
    expect(textsOf("\r\r\n", "\ra\r\n")).toEqual(["", "a"]);
  });

  test("is the last state that shows something", () => {
    expect(textsOf("100 % done\r\x1b[2K\n", "50 %\r    \r\n")).toEqual(["100 % done", "50 %"]);
  });

  test("costs no more memory however often that happens", () => {
    let shown = "";
    const splitter = new LineSplitter((_, text) => {
      shown = text;
    });
    for (let at = 0; at < 200_000; at++) splitter.push(`${at} of 200000 packages\r`);
    splitter.end();
    expect(shown).toBe("199999 of 200000 packages");
  });
});

describe("a line that is too long", () => {
  test("keeps its beginning and its end", () => {
    const [text = ""] = textsOf(`begin ${"x".repeat(50_000)}`, "y".repeat(30_000), " end\n");
    expect(text).toMatch(/^begin x{1494} …\[\d+ characters left out\]… y{496} end$/);
    const left = Number(/\[(\d+) /.exec(text)?.[1]);
    expect(left).toBe(6 + 50_000 + 30_000 + 4 - 2000);
  });

  test("is the same wherever it is cut", () => {
    const line = Array.from({ length: 2000 }, (_, at) => `word${at}`).join(" ");
    fc.assert(
      fc.property(fc.array(fc.nat(line.length), { maxLength: 30 }), (cuts) => {
        const places = [0, ...cuts.sort((one, other) => one - other), line.length];
        expect(textsOf(...places.slice(1).map((to, at) => line.slice(places[at], to)))).toEqual(textsOf(line));
      }),
    );
  });

  test("shows no half of a credential, nor of a character", () => {
    const secret = `plat_api_${"0123456789abcdef".repeat(4)}`;
    for (let before = 1400; before <= 2200; before += 13) {
      const [text = ""] = textsOf(
        `${"-".repeat(before)}${secret}${"=".repeat(20_000)}${secret}${"-".repeat(before - 1000)}\n`,
      );
      expect(text).not.toContain("plat_api_0");
      expect(text).not.toContain("cdef-");
    }
    const [emoji = ""] = textsOf(`${"a"}${"😀".repeat(20_000)}`);
    expect(emoji.isWellFormed()).toBe(true);
  });

  test("of 200 MB costs little", () => {
    const piece = "0123456789abcdef".repeat(4096);
    let text = "";
    const splitter = new LineSplitter((_, line) => {
      text = line;
    });
    for (let at = 0; at < 3200; at++) splitter.push(piece);
    splitter.end();
    expect(text.length).toBeLessThan(2100);
  });
});
