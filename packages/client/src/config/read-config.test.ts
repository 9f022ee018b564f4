import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ConfigError } from "../errors/config-error.ts";
import { readConfig } from "./read-config.ts";

const token = { PLATFORM_API_TOKEN: "plat_api_secret" };
const projectId = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";

function complaint(env: Record<string, string>): string {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return "";
}

test("a token alone is enough; blank variables are unset ones", async () => {
  const blank = { PLATFORM_API_URL: "", PROJECT_ID: " ", PLATFORM_API_TOKEN_FILE: "", PLATFORM_SESSION_ID: "\t" };
  for (const env of [token, { ...token, ...blank }, { PLATFORM_API_TOKEN: " plat_api_secret\n" }]) {
    const config = readConfig(env);
    expect(config).toMatchObject({ projectId: undefined, sessionId: undefined });
    expect(config.apiUrl.href).toBe("http://127.0.0.1:8080/");
    expect(config.token.description).toBe("PLATFORM_API_TOKEN");
    expect(await config.token.get()).toBe("plat_api_secret");
    expect(await config.token.refresh()).toBe(false);
  }
});

test("everything set", () => {
  const config = readConfig({
    ...token,
    PLATFORM_API_URL: "https://platform.test/prefix/",
    PROJECT_ID: projectId.toUpperCase(),
    PLATFORM_SESSION_ID: "s-1",
    CLAUDE_CODE_SESSION_ID: "s-2",
  });
  expect(config).toMatchObject({ projectId, sessionId: "s-1" });
  expect(config.apiUrl.href).toBe("https://platform.test/prefix/");
  expect(readConfig({ ...token, CLAUDE_CODE_SESSION_ID: "s-2" }).sessionId).toBe("s-2");
});

test.each<[Record<string, string>, string]>([
  [{}, "PLATFORM_API_TOKEN is not set: set it to an API token, or PLATFORM_API_TOKEN_FILE to a file that holds one"],
  [
    { ...token, PLATFORM_API_TOKEN_FILE: "/x" },
    "PLATFORM_API_TOKEN and PLATFORM_API_TOKEN_FILE are both set: remove one of them",
  ],
  [{ PLATFORM_API_TOKEN: "two words" }, "PLATFORM_API_TOKEN must be one token, without spaces or line breaks"],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a host passes on what it could not expand
    { PLATFORM_API_TOKEN: "${PLATFORM_API_TOKEN}" },
    "PLATFORM_API_TOKEN holds an unexpanded variable: set PLATFORM_API_TOKEN where the configuration is expanded, or remove PLATFORM_API_TOKEN",
  ],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a host passes on what it could not expand
    { ...token, PROJECT_ID: "${PROJECT:-}" },
    "PROJECT_ID holds an unexpanded variable: set PROJECT where the configuration is expanded, or remove PROJECT_ID",
  ],
  [{ ...token, PROJECT_ID: "demo" }, "PROJECT_ID must be a UUID, such as 6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11"],
  [{ ...token, PLATFORM_SESSION_ID: "a\nb" }, "PLATFORM_SESSION_ID must be at most 200 visible ASCII characters"],
  [
    { ...token, CLAUDE_CODE_SESSION_ID: "x".repeat(201) },
    "CLAUDE_CODE_SESSION_ID must be at most 200 visible ASCII characters",
  ],
  [
    { ...token, PLATFORM_API_URL: "http://user:secret@host" },
    "PLATFORM_API_URL must not hold a user or password: the token goes in PLATFORM_API_TOKEN",
  ],
  [{ ...token, PLATFORM_API_URL: "http://host?a=1" }, "PLATFORM_API_URL must not have a query or fragment"],
  [
    { ...token, HTTPS_PROXY: "proxy:3128" },
    "HTTPS_PROXY must be the URL of a proxy, such as http://proxy.example:3128",
  ],
])("%j", (env, message) => {
  expect(complaint(env)).toBe(message);
});

test.each(["localhost:8080", "ftp://host", "http://", "//host", "file:///etc", "http://[bad"])("the URL %j", (url) => {
  expect(complaint({ ...token, PLATFORM_API_URL: url })).toBe(
    "PLATFORM_API_URL must be an http or https URL, such as http://127.0.0.1:8080",
  );
});

test("every bad variable is named in one line, and no value of a secret shown", () => {
  const message = complaint({ PLATFORM_API_URL: "x", PLATFORM_API_TOKEN: "very secret", PROJECT_ID: "x" });
  expect(message).not.toMatch(/\n|very|secret/);
  expect(message.split("; ").map((part) => part.split(" ")[0])).toEqual([
    "PLATFORM_API_URL",
    "PLATFORM_API_TOKEN",
    "PROJECT_ID",
  ]);
});

describe("a token file", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "client-config-"));
    await mkdir(join(directory, "directory"));
    await writeFile(join(directory, "empty"), "\n");
    await writeFile(join(directory, "large"), "x".repeat(100_000));
    await writeFile(join(directory, "lines"), "a\nb\n");
    await writeFile(join(directory, "good"), "plat_api_secret\n");
  });
  afterAll(() => rm(directory, { recursive: true }));

  test("that is good is read, and named without its content", async () => {
    const { token } = readConfig({ PLATFORM_API_TOKEN_FILE: join(directory, "good") });
    expect(await token.get()).toBe("plat_api_secret");
    expect(token.description).toBe(`file ${join(directory, "good")}`);
  });

  test.each([
    ["missing", "does not exist"],
    ["directory", "is a directory"],
    ["empty", "is empty"],
    ["large", "is too large to be a token"],
    ["lines", "does not hold one token on one line"],
  ])("%s is refused at the start", (name, reason) => {
    const file = join(directory, name);
    expect(complaint({ PLATFORM_API_TOKEN_FILE: file })).toBe(
      `PLATFORM_API_TOKEN_FILE: the file ${JSON.stringify(file)} ${reason}`,
    );
  });
});
