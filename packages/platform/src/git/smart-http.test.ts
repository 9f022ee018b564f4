import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { importProject } from "../projects/import-project.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const run = promisify(execFile);

let platform: TestPlatform;
let scratch: string;
let head: string;
const ids = new Map<string, string>();

const env = {
  PATH: process.env.PATH ?? "",
  HOME: "/nonexistent",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_AUTHOR_NAME: "a",
  GIT_AUTHOR_EMAIL: "a@example.test",
  GIT_COMMITTER_NAME: "a",
  GIT_COMMITTER_EMAIL: "a@example.test",
};
const git = async (...args: string[]) => (await run("git", args, { env })).stdout.trim();

/** The outcome of a clone: the commit it got, or what git said. */
async function clone(
  project: string,
  credential?: { readonly user?: string; readonly token: string; readonly scheme?: "Bearer" },
) {
  const directory = await mkdtemp(join(scratch, "clone-"));
  const url = new URL(`${platform.url}/admin/${project}.git`);
  const config: string[] = [];
  if (credential?.scheme === "Bearer") config.push("-c", `http.extraHeader=Authorization: Bearer ${credential.token}`);
  else if (credential) Object.assign(url, { username: credential.user ?? "admin", password: credential.token });
  try {
    await git(...config, "clone", "--quiet", url.href, directory);
    return await git("-C", directory, "rev-parse", "HEAD");
  } catch (error) {
    // A bare number would also be found in a token or a port.
    return (
      /not found|Authentication failed|could not read Username|error: 403/.exec(String(error))?.[0] ?? String(error)
    );
  }
}

beforeAll(async () => {
  platform = await startTestPlatform();
  scratch = await mkdtemp(join(tmpdir(), "smart-http-"));
  const source = join(scratch, "source");
  await git("init", "--quiet", "--initial-branch=main", source);
  await git("-C", source, "commit", "--quiet", "--allow-empty", "--message", "first");
  head = await git("-C", source, "rev-parse", "HEAD");
  for (const visibility of ["private", "internal", "public"] as const) {
    const request = { source, owner: "admin", name: visibility, visibility, onProgress: () => {} };
    ids.set(visibility, (await importProject(platform.db, platform.repositories, request)).id);
  }
  await platform.addUser("stranger");
});
afterAll(async () => {
  await platform.close();
  await rm(scratch, { recursive: true, force: true });
});

describe("a clone", () => {
  test("by its owner works with Basic and with Bearer", async () => {
    const token = await platform.token({ user: "admin" });
    expect(await clone("private", { token })).toBe(head);
    expect(await clone("private", { token, scheme: "Bearer" })).toBe(head);
  });

  test("without a credential works for a public project alone", async () => {
    expect(await clone("public")).toBe(head);
    expect(await clone("internal")).toBe("could not read Username");
    expect(await clone("private")).toBe("could not read Username");
    expect(await clone("none-such")).toBe("could not read Username");
  });

  test("by a stranger works for what is not private, and says no more of the rest than of what does not exist", async () => {
    const token = await platform.token({ user: "stranger" });
    const stranger = { user: "stranger", token };
    expect(await clone("internal", stranger)).toBe(head);
    expect(await clone("private", stranger)).toBe("not found");
    expect(await clone("none-such", stranger)).toBe("not found");
  });

  test("needs the token to be its user's own, in force, for this project, and with the scope, by either scheme", async () => {
    const admin = await platform.token({ user: "admin" });
    expect(await clone("private", { user: "stranger", token: admin })).toBe("Authentication failed");
    const expired = await platform.token({ user: "admin", expiresInDays: -1 });
    const elsewhere = await platform.token({ user: "admin", project: ids.get("public") ?? "" });
    const narrow = await platform.token({ user: "admin", scopes: ["deploy:read"] });
    for (const scheme of [undefined, "Bearer"] as const) {
      const by = (token: string) => clone("private", { token, ...(scheme && { scheme }) });
      expect(await by(expired)).toMatch(/Authentication failed|could not read Username/);
      expect(await by(elsewhere)).toBe("not found");
      expect(await by(narrow)).toBe("not found");
    }
  });

  test("may be shallow, or leave out blobs", async () => {
    const token = await platform.token({ user: "admin" });
    const url = platform.url.replace("http://", `http://admin:${token}@`);
    for (const option of ["--depth=1", "--filter=blob:none"]) {
      await git("clone", "--quiet", option, `${url}/admin/private.git`, await mkdtemp(join(scratch, "partial-")));
    }
  });
});

test("a refusal asks for a Basic credential, so that git can ask its user", async () => {
  const { status, headers } = await platform.request("/admin/private.git/info/refs?service=git-upload-pack");
  expect([status, headers.get("www-authenticate")]).toEqual([401, 'Basic realm="platform"']);
});

test("what is not offered says so: the dumb protocol, LFS", async () => {
  const token = await platform.token({ user: "admin" });
  const statusOf = async (path: string, init?: RequestInit) => (await platform.request(path, token, init)).status;
  expect(await statusOf("/admin/private.git/info/refs")).toBe(403);
  const body = { method: "POST", body: "{}", headers: { "content-type": "application/vnd.git-lfs+json" } };
  expect(await statusOf("/admin/private.git/info/lfs/objects/batch", body)).toBe(501);
  expect(await statusOf("/admin/private.git/git-upload-pack", { method: "POST", body: "x" })).toBe(415);
});
