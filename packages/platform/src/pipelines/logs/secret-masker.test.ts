import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { SecretFinder } from "./secret-finder.ts";
import { maskText, SecretMasker } from "./secret-masker.ts";
import { secretPatterns } from "./secret-patterns.ts";

const masked = (text: string, ...secrets: string[]) => maskText(text, new SecretFinder(secrets));

/** Every byte of every occurrence, found in the whole at once, and each run of them as one mask. */
function naivelyMasked(bytes: Buffer, secrets: readonly string[]): string {
  const isSecret = new Array<boolean>(bytes.length).fill(false);
  for (const pattern of secretPatterns(secrets)) {
    for (let at = bytes.indexOf(pattern); at >= 0; at = bytes.indexOf(pattern, at + 1)) {
      isSecret.fill(true, at, at + pattern.length);
    }
  }
  let text = "";
  for (const [at, byte] of bytes.entries()) {
    if (!isSecret[at]) text += String.fromCharCode(byte);
    else if (at === 0 || !isSecret[at - 1]) text += "***";
  }
  return text;
}

describe("secrets in an output", () => {
  test.each([
    ["one", "password=hunter2!", ["hunter2"], "password=***!"],
    ["several, side by side as one", "hunter2tr0ub4dor hunter2", ["hunter2", "tr0ub4dor"], "*** ***"],
    ["those that overlap, to the end of both", "xabcdefghix", ["abcdef", "defghi"], "x***x"],
    ["one that begins like another", "secret secret-one", ["secret", "secret-one"], "*** ***"],
    ["one that another one interrupts", "secsecret", ["secret"], "sec***"],
    [
      "each line of one, wherever it stands",
      "-- BEGIN --\r\nline two\nnot this",
      ["BEGIN\nline two\nend"],
      "-- *** --\r\n***\nnot this",
    ],
    ["without the blanks around them", "[hunter2] [ tr0ub4dor]", ["  hunter2 \n", "\ttr0ub4dor"], "[***] [ ***]"],
    [
      "as they stand in JSON",
      String.raw`{"a":"pa\"ss\\word\nline"}`,
      ['pa"ss\\word\nline'],
      String.raw`{"a":"***\n***"}`,
    ],
    ["as shells print them", String.raw`+ echo 'it'\''s me' 'it'"'"'s me'`, ["it's me"], "+ echo '***' '***'"],
    ["other than ASCII", "größe 日本語パス", ["日本語パス"], "größe ***"],
    ["none that is shorter than 4 characters", "abc", ["abc"], "abc"],
    ["nothing where there are none", "anything", [], "anything"],
  ])("are masked: %s", (_name, text, secrets, expected) => {
    expect(masked(text, ...secrets)).toBe(expected);
  });

  test("are masked as base64, alone, wrapped, URL-safe or within something longer, and as they stand in URLs", () => {
    const secret = "correct horse? battery/staple>>>";
    for (const text of [secret, `${secret}\n`, `user:${secret}`, `x${secret}y`, `ab${secret}`]) {
      for (const encoding of ["base64", "base64url"] as const) {
        const shown = masked(Buffer.from(text).toString(encoding), secret);
        expect(shown).toMatch(/^.{0,8}\*\*\*.{0,6}$/);
      }
    }
    expect(masked(`https://me:${encodeURIComponent(secret)}@example.com`, secret)).toBe("https://me:***@example.com");
    expect(masked(new URLSearchParams({ a: secret }).toString(), secret)).toBe("a=***");
    const lowerCase = encodeURIComponent(secret).replace(/%../g, (digits) => digits.toLowerCase());
    expect(masked(lowerCase, secret)).toBe("***");
    const key = "0123456789abcdef".repeat(40);
    const wrapped = Buffer.from(key).toString("base64").replace(/.{76}/g, "$&\n");
    expect(masked(wrapped, key).replaceAll("\n", "")).toMatch(/^(\*\*\*)+.{0,3}$/);
  });

  test("are masked wherever the output is cut, and what is given never runs ahead of what is known", () => {
    const letters = fc.constantFrom("a", "b", "c", "=", "\n");
    const piece = fc.array(letters, { maxLength: 12 }).map((parts) => parts.join(""));
    const secret = fc
      .array(fc.constantFrom("a", "b", "c", "\n"), { minLength: 4, maxLength: 9 })
      .map((x) => x.join(""));
    const secretsAndPieces = fc
      .array(secret, { maxLength: 4 })
      .chain((secrets) =>
        fc.tuple(
          fc.constant(secrets),
          fc.array(secrets.length === 0 ? piece : fc.oneof(piece, fc.constantFrom(...secrets))),
        ),
      );
    fc.assert(
      fc.property(secretsAndPieces, fc.infiniteStream(fc.integer({ min: 1, max: 7 })), ([secrets, pieces], cuts) => {
        const bytes = Buffer.from(pieces.join(""));
        const masker = new SecretMasker(new SecretFinder(secrets));
        const given: Buffer[] = [];
        for (let at = 0; at < bytes.length; ) {
          const length = cuts.next().value ?? 1;
          given.push(masker.write(bytes.subarray(at, at + length)));
          at += length;
          const known = naivelyMasked(bytes.subarray(0, at), secrets);
          expect(known.startsWith(Buffer.concat(given).toString("latin1"))).toBe(true);
        }
        given.push(masker.end());
        expect(Buffer.concat(given).toString("latin1")).toBe(naivelyMasked(bytes, secrets));
      }),
      { numRuns: 300 },
    );
  });

  test("keep back no more than the longest of them", () => {
    const finder = new SecretFinder(["a".repeat(70_000), `${"b".repeat(5000)}c`]);
    const masker = new SecretMasker(finder);
    let given = 0;
    const output = Buffer.from("b".repeat(5000));
    for (let count = 0; count < 10; count++) given += masker.write(output).length;
    // All of it is either given or under one mask.
    expect(masker.isHolding).toBe(true);
    expect(given).toBeLessThan(50_000);
    expect(masker.end().length).toBeLessThan(100);
  });

  test("are looked for in a time that does not grow with their number and likeness", () => {
    const secret = Array.from({ length: 1500 }, (_, line) => `${"a".repeat(36)}${line}`).join("\n");
    const masker = new SecretMasker(new SecretFinder([secret]));
    const output = Buffer.from("a".repeat(65_536));
    let given = 0;
    // A megabyte; comparing each place with each of them would take longer than a test may.
    for (let count = 0; count < 16; count++) given += masker.write(output).length;
    expect(given).toBeGreaterThan(1_000_000);
  });
});
