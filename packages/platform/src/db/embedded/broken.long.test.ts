import { appendFile, chmod, cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DatabaseStartError, openDatabase } from "../open.ts";
import { openSandbox, type Sandbox } from "../testing/sandbox.ts";
import { findBinaries } from "./binaries.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { launch, stop } from "./postmaster.ts";
import { isRunning } from "./process-table.ts";
import { chooseRunAs } from "./run-as.ts";

const isRoot = process.geteuid?.() === 0;

let sandbox: Sandbox;
let sound: string;
beforeAll(async () => {
  sandbox = await openSandbox();
  sound = sandbox.dataDirectory();
  await (await openDatabase({ url: undefined, dataDirectory: sound })).close();
});
afterEach(async () => expect(await sandbox.leftovers()).toEqual([]));
afterAll(() => sandbox.remove());

async function failure(dataDirectory: string): Promise<string> {
  const opening = openDatabase({ url: undefined, dataDirectory });
  const error: unknown = await opening.then(
    ({ close }) => close(),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DatabaseStartError);
  const message = error instanceof Error ? error.message : "";
  expect(message).not.toContain("\n");
  return message;
}

const DAMAGES: [string, (layout: Layout) => Promise<unknown>, RegExp][] = [
  ["without PG_VERSION", ({ data }) => rm(join(data, "PG_VERSION")), /PG_VERSION.*restore it.*or move .* away/],
  ["of an older PostgreSQL", ({ data }) => writeFile(join(data, "PG_VERSION"), "17\n"), /made by PostgreSQL 17/],
  ["whose password is lost", ({ password }) => rm(password), /password.*missing/],
  ["whose password is another's", ({ password }) => writeFile(password, "x"), /password authentication failed/],
  [
    "with a garbled postgresql.conf",
    ({ data }) => appendFile(join(data, "postgresql.conf"), "\nnonsense here\n"),
    /did not start.*unrecognized.*nonsense.*postgresql\.conf.*see .*postgres\.log/,
  ],
  ["without its control file", ({ data }) => rm(join(data, "global", "pg_control")), /did not start.*pg_control/],
  ["that others may read", ({ data }) => chmod(data, 0o755), /did not start.*invalid permissions.*u=rwx/],
  ["that is a file", ({ data }) => rm(data, { recursive: true }).then(() => writeFile(data, "")), /cannot be/],
];

test.each(DAMAGES)(
  "a database %s is refused with what to do, twice, and left as it is",
  async (_, damage, expected) => {
    const dataDirectory = sandbox.dataDirectory();
    await cp(sound, dataDirectory, { recursive: true });
    const layout = layoutOf(dataDirectory);
    await damage(layout);
    const before = await readdir(layout.data).catch(() => "a file");
    expect(await failure(dataDirectory)).toMatch(expected);
    expect(await failure(dataDirectory)).toMatch(expected);
    expect(await readdir(layout.data).catch(() => "a file")).toEqual(before);
  },
);

test("a copy of a database is a database of its own, beside its original", async () => {
  const dataDirectory = sandbox.dataDirectory();
  await cp(sound, dataDirectory, { recursive: true });
  const [original, copy] = await Promise.all(
    [sound, dataDirectory].map((directory) => openDatabase({ url: undefined, dataDirectory: directory })),
  );
  await original?.close();
  expect((await copy?.pool.query("SELECT 1 AS one"))?.rows).toEqual([{ one: 1 }]);
  await copy?.close();
});

test("a database on which somebody else runs a server is left to them", async () => {
  const layout = layoutOf(sound);
  const binaries = await findBinaries();
  const runAs = await chooseRunAs(layout.data, binaries);
  const socketDirectory = join(sandbox.root, "by-hand");
  await mkdir(socketDirectory, { mode: 0o700 });
  const theirs = await launch({ layout, binaries, runAs, socketDirectory, marker: "by-hand" });
  expect(await failure(sound)).toContain(`another PostgreSQL (process ${theirs.pid}) runs on ${layout.data}: stop it`);
  expect(await isRunning(theirs)).toBe(true);
  await stop(theirs);
});

test("a machine for which there are no binaries is told of DATABASE_URL", async () => {
  await expect(findBinaries("beos-m68k")).rejects.toThrow(/beos-m68k.*set DATABASE_URL/);
});

test("a data directory below a file is refused", async () => {
  await writeFile(join(sandbox.root, "file"), "");
  expect(await failure(join(sandbox.root, "file", ".platform"))).toContain("ENOTDIR");
});

test.skipIf(isRoot)("a data directory of somebody else is refused", async () => {
  const dataDirectory = sandbox.dataDirectory();
  await mkdir(dataDirectory, { recursive: true });
  await chmod(dataDirectory, 0);
  expect(await failure(dataDirectory)).toMatch(/EACCES.*check its owner and mode/);
  await chmod(dataDirectory, 0o700);
});
