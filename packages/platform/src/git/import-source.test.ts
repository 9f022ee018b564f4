import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ImportError } from "./import-error.ts";
import { importSource } from "./import-source.ts";

describe("what to import", () => {
  test.each([
    ["https://example.com/a/b.git", { kind: "http", location: "https://example.com/a/b.git" }],
    ["http://127.0.0.1:8080/x", { kind: "http", location: "http://127.0.0.1:8080/x" }],
    ["ssh://git@example.com:2222/a.git", { kind: "ssh", location: "ssh://git@example.com:2222/a.git" }],
    ["git@example.com:a/b.git", { kind: "ssh", location: "git@example.com:a/b.git" }],
    ["/srv/a b", { kind: "local", location: "/srv/a b" }],
    ["/srv/with:colon", { kind: "local", location: "/srv/with:colon" }],
    ["file:///srv/a%20b", { kind: "local", location: "/srv/a b" }],
  ])("%s is understood", (source, expected) => {
    expect(importSource(source)).toEqual(expected);
  });

  test("is a local path that begins where the process does", () => {
    expect(importSource("./x/../y")).toEqual({ kind: "local", location: `${process.cwd()}/y` });
    expect(importSource("-x")).toEqual({ kind: "local", location: `${process.cwd()}/-x` });
  });

  test("keeps user and password apart", () => {
    expect(importSource("https://ada:s%40cret@example.com/a")).toEqual({
      kind: "http",
      location: "https://example.com/a",
      credential: "https://ada:s%40cret@example.com",
    });
    expect(importSource("https://token@example.com/a")).toMatchObject({ credential: "https://token:@example.com" });
    expect(importSource("ssh://git:s3cret@example.com/a").location).toBe("ssh://git@example.com/a");
  });

  test.each([
    "ftp://example.com/a",
    "git://example.com/a",
    "ext::sh -c id",
    "fd::17",
    "file::/x",
    "http://",
    "https://ada:s3cret@",
    "",
    " ",
    "a\nb",
    "-oProxyCommand=x:y",
    "javascript://x",
  ])("%j is refused in one line", (source) => {
    expect(() => importSource(source)).toThrow(ImportError);
    try {
      importSource(source);
    } catch (error) {
      expect(String(error)).toMatch(/^ImportError: [^\n]+$/);
      expect(String(error)).not.toContain("s3cret");
    }
  });

  test("is never taken for an option, and never shows a password", () => {
    const scheme = fc.constantFrom("https://", "http://", "ssh://", "ftp://", "file://", "ext::", "-", "");
    const password = "s3cret";
    fc.assert(
      fc.property(scheme, fc.string(), fc.string(), (start, user, rest) => {
        const source = `${start}${encodeURIComponent(user)}:${password}@h${rest.replaceAll(/[:@]/g, "")}`;
        try {
          const { kind, location } = importSource(source);
          expect(location.startsWith("-")).toBe(false);
          if (start.endsWith("://") && kind !== "local") expect(location).not.toContain(password);
        } catch (error) {
          expect(error).toBeInstanceOf(ImportError);
          expect(String(error)).not.toContain(password);
        }
      }),
    );
  });
});
