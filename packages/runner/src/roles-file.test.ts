import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { chooseRole } from "./choose-role.ts";
import { type Roles, roles } from "./roles.ts";
import { loadRoles } from "./roles-file.ts";
import { RunnerError } from "./runner-error.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "roles-file-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

let files = 0;
async function load(content: unknown): Promise<Roles> {
  const path = join(directory, `${files++}.json`);
  await writeFile(path, typeof content === "string" ? content : JSON.stringify(content));
  return loadRoles({ PLATFORM_ROLES_FILE: path });
}

/** What the operator is told, without the path of the temporary file. */
async function complaint(content: unknown): Promise<string> {
  const error: unknown = await load(content).catch((reason: unknown) => reason);
  if (!(error instanceof RunnerError)) throw new Error(`expected a RunnerError, got ${error}`);
  expect(error.exitCode).toBe(78);
  expect(error.message).toContain(directory);
  return error.message.replace(/^PLATFORM_ROLES_FILE \S+: /, "");
}

test("without a file there are the roles that exist everywhere", async () => {
  expect(await loadRoles({})).toBe(roles);
  expect(await loadRoles({ PLATFORM_ROLES_FILE: "" })).toBe(roles);
});

test("a file adds roles and replaces those of the same name", async () => {
  const loaded = await load({
    reviewer: { servers: ["core", "issues"], hot: ["issues"], defaults: { PLATFORM_READ_ONLY: "1" } },
    ui: { servers: ["core"] },
  });
  expect([...loaded.keys()]).toEqual(["dev", "ops", "admin", "ui", "reviewer"]);
  expect(loaded.get("reviewer")).toEqual({
    name: "reviewer",
    servers: ["core", "issues"],
    hot: ["issues"],
    defaults: { PLATFORM_READ_ONLY: "1" },
  });
  expect(loaded.get("ui")).toEqual({ name: "ui", servers: ["core"], hot: ["core"], defaults: {} });
});

describe("a file that cannot be used is named, with the place that is wrong", () => {
  test("no such file", async () => {
    await expect(loadRoles({ PLATFORM_ROLES_FILE: join(directory, "none.json") })).rejects.toThrow(
      /^PLATFORM_ROLES_FILE .*none\.json: ENOENT/,
    );
  });
  test.each([
    ["not JSON", "{", /^is not JSON: /],
    ["not an object", [], /^Invalid input: expected record/],
    ["a server that does not exist", { x: { servers: ["isues"] } }, /^x\.servers\[0\]: .*"core"\|"pipeline"/],
    ["no servers", { x: { servers: [] } }, /^x\.servers: must name at least one server$/],
    ["a server twice", { x: { servers: ["core", "core"] } }, /^x\.servers: names a server twice$/],
    ["an unknown field", { x: { servers: ["core"], server: [] } }, /^x: Unrecognized key: "server"$/],
    ["a hot server it lacks", { x: { servers: ["core"], hot: ["admin"] } }, /^x\.hot: names a server that the role/],
    ["a bad name", { "My Role": { servers: ["core"] } }, /a role is named in lower case/],
    // A file that anybody may read is no place for a credential.
    [
      "a token",
      { x: { servers: ["core"], defaults: { PLATFORM_API_TOKEN: "t" } } },
      /^x\.defaults: .*PLATFORM_API_TOKEN/,
    ],
    ["a value that expands", { x: { servers: ["core"], defaults: { PLATFORM_TOOLS_DENY: `\${A}` } } }, /must not hold/],
  ])("%s", async (_, content, expected) => {
    expect(await complaint(content)).toMatch(expected);
  });
});

describe("choosing a role", () => {
  test("none given, or an empty one, is dev", () => {
    expect(chooseRole(roles, undefined).name).toBe("dev");
    expect(chooseRole(roles, " ").name).toBe("dev");
  });
  test.each(["developer", "__proto__", "constructor"])("an unknown one (%s) lists those there are", (name) => {
    expect(() => chooseRole(roles, name)).toThrow(`there is no role "${name}"; the roles are dev, ops, admin, ui`);
  });
});
