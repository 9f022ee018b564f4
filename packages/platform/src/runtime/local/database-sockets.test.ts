import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { layoutOf } from "../../db/embedded/layout.ts";
import { databaseSockets } from "./database-sockets.ts";

let directory: string;
beforeAll(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "platform-sockets-")));
});
afterAll(() => rm(directory, { recursive: true }));

test("the embedded database's is on record", async () => {
  expect(await databaseSockets(directory, undefined)).toEqual([]);
  const { socketRecord } = layoutOf(directory);
  await mkdir(dirname(socketRecord));
  await writeFile(socketRecord, directory);
  expect(await databaseSockets(directory, undefined)).toEqual([directory]);
  await writeFile(socketRecord, join(directory, "gone"));
  expect(await databaseSockets(directory, undefined)).toEqual([]);
});

test("another server's is in its URL, if it has one", async () => {
  const encoded = encodeURIComponent(directory);
  for (const url of [`postgres:///db?host=${encoded}`, `postgres://user:secret@${encoded}/db`]) {
    expect(await databaseSockets(directory, url)).toEqual([directory]);
  }
  expect(await databaseSockets(directory, "postgres://user@db.example.com:5432/db")).toEqual([]);
});
