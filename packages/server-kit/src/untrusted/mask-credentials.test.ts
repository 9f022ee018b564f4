import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { credentialShapes } from "./credential-shapes.ts";
import { maskCredentials } from "./mask-credentials.ts";

const letters = (count: number) => "aB3dE5gH7j".repeat(Math.ceil(count / 10)).slice(0, count);
const hex = "0123456789abcdef".repeat(4);

/** One of each shape, put together here so that the sources hold nothing that looks like a secret. */
const examples: Readonly<Record<string, string>> = {
  "this platform": `plat_api_${hex}`,
  GitHub: `ghp_${letters(36)}`,
  "GitHub, fine-grained": `github_pat_${letters(60)}`,
  GitLab: `glpat-${letters(20)}`,
  npm: `npm_${letters(36)}`,
  PyPI: `pypi-${letters(80)}`,
  Anthropic: `sk-ant-api03-${letters(40)}`,
  OpenAI: `sk-proj-${letters(48)}`,
  "Hugging Face": `hf_${letters(34)}`,
  Slack: `xoxb-123456789012-${letters(24)}`,
  Stripe: `sk_live_${letters(24)}`,
  "AWS access key id": `AKIA${"ABCDEFGH12345678"}`,
  "Google API key": `AIza${letters(35)}`,
  "Google OAuth": `ya29.${letters(60)}`,
  SendGrid: `SG.${letters(22)}.${letters(43)}`,
  DigitalOcean: `dop_v1_${hex}`,
  "JSON Web Token": `eyJ${letters(20)}.eyJ${letters(40)}.${letters(43)}`,
};

test("there is an example of every shape that is masked whole", () => {
  const partly = ["Authorization header", "password in a URL"];
  expect([...Object.keys(examples), ...partly].sort()).toEqual(credentialShapes.map((shape) => shape.of).sort());
});

describe.each(Object.entries(examples))("%s", (_, credential) => {
  test.each([
    ["alone", "", ""],
    ["in an assignment", 'TOKEN="', '"'],
    ["in a sentence", "use ", ", please"],
    ["in a query", "?access_token=", "&x=1"],
    ["in a line of several", "\nkey: ", "\nnext"],
  ])("%s", (_, before, after) => {
    expect(maskCredentials(`${before}${credential}${after}`)).toBe(`${before}[masked]${after}`);
  });
});

test.each([
  [`Authorization: Bearer ${letters(30)}`, "Authorization: Bearer [masked]"],
  [`authorization: token ${letters(30)}`, "authorization: token [masked]"],
  [`"Authorization": "Basic ${letters(20)}=="`, '"Authorization": "Basic [masked]"'],
  ["postgres://app:hunter2@db:5432/app", "postgres://app:[masked]@db:5432/app"],
  ["https://user:p%40ss:w@host/path", "https://user:[masked]@host/path"],
])("what stands beside a credential is kept: %s", (text, masked) => {
  expect(maskCredentials(text)).toBe(masked);
});

test.each([
  ["a commit", "9d3ffba1c0ffee0123456789abcdef0123456789"],
  ["a digest", `sha256:${hex}`],
  ["a UUID", "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11"],
  ["an integrity hash", "sha512-q0f9b6aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789+/abcdefghijklmnopqrstuvwxyz=="],
  ["a type of a token", "Authorization: Bearer <token>"],
  ["a URL with a port", "http://127.0.0.1:8080/api?x=a@b.c"],
  ["an address", "ssh://git@example.com:22/owner/repo.git"],
  [
    "code",
    "const sk = list.map((key) => eyes[key].eyelids.eyebrows); risk-averse-and-otherwise-careful-people-everywhere",
  ],
  ["CSS", ".task-skeleton-placeholder-with-a-very-long-class-name-that-goes-on { color: red }"],
  ["a class", "sk-skeleton-placeholder-with-a-very-long-class-name-that-goes-on"],
  ["names", "npm_config_registry npm_lifecycle_event hf_hub_download ghp_short plat_api_"],
])("%s is no credential", (_, text) => {
  expect(maskCredentials(text)).toBe(text);
});

const base64Line = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
const begin = "-----BEGIN RSA PRIVATE KEY-----";
const end = "-----END RSA PRIVATE KEY-----";

describe("private keys", () => {
  test("are masked line by line, so that line numbers hold", () => {
    const text = ["before", begin, base64Line, base64Line, "Aa==", end, "after"].join("\n");
    const masked = ["before", begin, "[masked]", "[masked]", "[masked]", end, "after"].join("\n");
    expect(maskCredentials(text)).toBe(masked);
  });

  test("with escaped line ends are masked on their line", () => {
    const text = `"key": "${begin}\\n${base64Line}\\n${end}\\n", "id": 1, "two": "${begin}\\n${base64Line}\\n${end}"`;
    expect(maskCredentials(text)).toBe(`"key": "${begin}[masked]${end}\\n", "id": 1, "two": "${begin}[masked]${end}"`);
  });

  test("of which a page shows only a part are masked as far as they can be told", () => {
    expect(maskCredentials([begin, base64Line, base64Line].join("\n"))).toBe(
      [begin, "[masked]", "[masked]"].join("\n"),
    );
    expect(maskCredentials(["text here", base64Line, end, "x"].join("\n"))).toBe(
      ["text here", "[masked]", end, "x"].join("\n"),
    );
  });

  test("that never end take nothing else with them", () => {
    const text = [begin, base64Line, "", "# Not a key", "more text"].join("\n");
    expect(maskCredentials(text)).toBe([begin, "[masked]", "", "# Not a key", "more text"].join("\n"));
  });

  test("certificates and public keys are none", () => {
    const text = ["-----BEGIN CERTIFICATE-----", base64Line, "-----END CERTIFICATE-----"].join("\n");
    expect(maskCredentials(text)).toBe(text);
  });

  test("every kind of them", () => {
    for (const kind of [
      "PRIVATE KEY",
      "EC PRIVATE KEY",
      "OPENSSH PRIVATE KEY",
      "ENCRYPTED PRIVATE KEY",
      "PGP PRIVATE KEY BLOCK",
    ]) {
      expect(maskCredentials(`-----BEGIN ${kind}-----\n${base64Line}\n-----END ${kind}-----`)).toContain(
        "\n[masked]\n",
      );
    }
  });
});

test("masking again changes nothing, and no line is added or lost", () => {
  const pieces = [
    ...Object.values(examples),
    begin,
    end,
    base64Line,
    "\n",
    "\n\n",
    " ",
    "=",
    "Authorization: Bearer ",
    "://a:",
    "@",
    "ey",
    "x",
  ];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 30 }), (parts) => {
      const text = parts.join("");
      const once = maskCredentials(text);
      expect(maskCredentials(once)).toBe(once);
      expect(once.split("\n")).toHaveLength(text.split("\n").length);
    }),
    { numRuns: 300, examples: [[["x", "\n", end, examples.Anthropic ?? "", begin]]] },
  );
});

/**
 * A shape reads a text in linear time when nothing in it can run on without a bound: then each place of the text is
 * looked at a bounded number of times.
 */
test("no shape has an unbounded quantifier", () => {
  for (const { shape } of credentialShapes) {
    const withoutClasses = shape.source.replace(/\\.|\[(?:\\.|[^\]\\])*\]/g, "x");
    expect(withoutClasses).not.toMatch(/[*+]|\{\d+,\}/);
  }
});
