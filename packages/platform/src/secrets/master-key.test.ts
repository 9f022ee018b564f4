import { KeyObject, randomBytes, randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { type MasterKey, masterKeyFile, openMasterKey, requireMasterKey } from "./master-key.ts";
import { projectSecrets } from "./project-secrets.ts";

let platform: TestPlatform;
let directory: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  directory = await mkdtemp(join(tmpdir(), "master-key-"));
});
afterAll(async () => {
  await platform.close();
  await rm(directory, { recursive: true, force: true });
});

const config = (name: string) => ({
  dataDirectory: join(directory, name),
  masterKey: undefined,
  databaseUrl: undefined,
});

function hexOf(masterKey: MasterKey): string {
  return requireMasterKey(masterKey).export().toString("hex");
}

test("it is made once, for its owner's eyes only, however many ask at the same time", async () => {
  const wanted = config("once");
  const keys = await Promise.all(Array.from({ length: 8 }, () => openMasterKey(wanted, platform.db)));
  const file = masterKeyFile(wanted.dataDirectory);
  expect(new Set(keys.map(hexOf))).toEqual(new Set([(await readFile(file, "utf8")).trim()]));
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readdir(wanted.dataDirectory)).toEqual(["master.key"]);
});

test("the operator's wins over the one in the directory", async () => {
  const masterKey = randomBytes(32).toString("hex").toUpperCase();
  expect(hexOf(await openMasterKey({ ...config("operator"), masterKey }, platform.db))).toBe(masterKey.toLowerCase());
});

test("beside a database elsewhere none is made, but one that is there is used", async () => {
  const wanted = { ...config("once"), databaseUrl: "postgres://elsewhere/platform" };
  expect(await openMasterKey(wanted, platform.db)).toBeInstanceOf(KeyObject);
  const none = await openMasterKey({ ...wanted, dataDirectory: join(directory, "none") }, platform.db);
  expect(() => requireMasterKey(none)).toThrow("secrets engine not configured: set PLATFORM_MASTER_KEY to 64 hex");
  expect(await readdir(directory)).not.toContain("none");
});

test("one that cannot be read says so, and the platform can do without", async () => {
  const wanted = config("unreadable");
  await mkdir(masterKeyFile(wanted.dataDirectory), { recursive: true });
  const unreadable = await openMasterKey(wanted, platform.db);
  expect(() => requireMasterKey(unreadable)).toThrow(/master\.key .* cannot be used \(EISDIR\): let the user/);
});

test("a file that is no key is not replaced", async () => {
  const file = masterKeyFile(directory);
  await writeFile(file, "oops\n");
  const damaged = await openMasterKey({ ...config("."), dataDirectory: directory }, platform.db);
  expect(() => requireMasterKey(damaged)).toThrow(
    `master.key in the platform's data directory does not hold 64 hexadecimal digits`,
  );
  expect(await readFile(file, "utf8")).toBe("oops\n");
});

test("one that is gone is not replaced while there are secrets under it", async () => {
  const admin = await platform.token({ user: "admin" });
  const project = await platform.addProject("admin", randomUUID());
  const body = { name: "TOKEN", value: "v", scope: "all" };
  expect((await platform.send("POST", `/api/projects/${project}/secrets`, admin, body)).status).toBe(201);
  const lost = await openMasterKey(config("lost"), platform.db);
  expect(() => requireMasterKey(lost)).toThrow(/master\.key .* is gone, and there are secrets under it: put it back/);
  await expect(projectSecrets(platform.db, lost, { projectId: project, purpose: "pipeline" })).rejects.toThrow(
    "is gone",
  );
  // Who has no secrets needs no key.
  await platform.send("DELETE", `/api/projects/${project}/secrets/TOKEN`, admin);
  expect(await projectSecrets(platform.db, lost, { projectId: project, purpose: "pipeline" })).toEqual(new Map());
});
