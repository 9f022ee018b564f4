import { stat } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DatabaseStartError, openDatabase } from "../open.ts";
import { openSandbox, postmasterPid, type Sandbox } from "../testing/sandbox.ts";
import { WriterProcess } from "../testing/writer-process.ts";
import { readIfPresent } from "./files.ts";
import { layoutOf } from "./layout.ts";

/** Without the `unshare` command, as in a small container image, root cannot make a user namespace either. */
const BLOCKED = { PATH: "/nonexistent" };
const cannotTry = process.platform !== "linux" || process.geteuid?.() !== 0;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterEach(async () => expect(await sandbox.leftovers()).toEqual([]));
afterAll(() => sandbox.remove());

test.skipIf(cannotTry)("root without user namespaces runs PostgreSQL as nobody, and so ever after", async () => {
  const dataDirectory = sandbox.dataDirectory();
  const { data, socketRecord } = layoutOf(dataDirectory);
  const first = new WriterProcess(dataDirectory, "owner", BLOCKED);
  await first.opened();
  expect([(await stat(data)).uid, (await stat(`/proc/${await postmasterPid(dataDirectory)}`)).uid]).toEqual([
    65534, 65534,
  ]);
  first.send("write");
  await first.waitFor("a row", () => first.acknowledged.length > 0);
  process.kill(await postmasterPid(dataDirectory), "SIGKILL");
  await first.kill();

  const second = new WriterProcess(dataDirectory, "owner", BLOCKED);
  expect((await second.opened()).ids).toEqual(expect.arrayContaining(first.acknowledged));
  await second.kill();

  const third = new WriterProcess(dataDirectory);
  await third.opened();
  expect(third.events).toEqual(["adopted"]);
  const socketDirectory = (await readIfPresent(socketRecord)) ?? "";
  await third.close();
  await expect(stat(socketDirectory)).rejects.toThrow("ENOENT");

  const fourth = new WriterProcess(dataDirectory);
  await fourth.opened();
  expect((await stat(`/proc/${await postmasterPid(dataDirectory)}`)).uid).toBe(65534);
  await fourth.close();
});

test.skipIf(cannotTry)("a database made in a user namespace is refused where there are none any more", async () => {
  const dataDirectory = sandbox.dataDirectory();
  await (await openDatabase({ url: undefined, dataDirectory })).close();
  const writer = new WriterProcess(dataDirectory, "owner", BLOCKED);
  await writer.ended();
  expect(writer.failed?.name).toBe(DatabaseStartError.name);
  expect(writer.failed?.message).toMatch(/made by root in a user namespace.*unshare.*allow user namespaces/);
});
