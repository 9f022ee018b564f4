import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type OpenDatabase, openDatabase } from "./open.ts";
import { postmasterPid } from "./testing/sandbox.ts";
import { openWakeups, type Wakeups } from "./wakeups.ts";

let dataDirectory: string;
let database: OpenDatabase;
let wakeups: Wakeups;
beforeAll(async () => {
  dataDirectory = await mkdtemp(join(tmpdir(), "wakeups-"));
  database = await openDatabase({ url: undefined, dataDirectory });
  wakeups = openWakeups(database.pool);
});
afterAll(async () => {
  await wakeups.close();
  await database.close();
  await rm(dataDirectory, { recursive: true, force: true });
});

/** Notifies until somebody hears it: whether the connection is there already cannot be seen. */
async function heard(heard: readonly string[], payload: string) {
  await vi.waitFor(
    async () => {
      await database.pool.query("select pg_notify('pipelines', $1)", [payload]);
      expect(heard).toContain(payload);
    },
    { timeout: 20_000 },
  );
}

test("payloads reach who listens to their channel, until they stop", async () => {
  const pipelines: string[] = [];
  const refs: string[] = [];
  const stop = wakeups.on("pipelines", (payload) => pipelines.push(payload));
  wakeups.on("ref_updates", (payload) => refs.push(payload));
  await heard(pipelines, "one");
  stop();
  const others: string[] = [];
  wakeups.on("pipelines", (payload) => others.push(payload));
  await heard(others, "two");
  expect([pipelines.includes("two"), refs]).toEqual([false, []]);
});

test("a connection that is lost is made again", async () => {
  const payloads: string[] = [];
  wakeups.on("pipelines", (payload) => payloads.push(payload));
  await heard(payloads, "before");
  await database.pool.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where query like 'LISTEN%' or query = 'SELECT 1'",
  );
  await heard(payloads, "after");
});

test("so is one whose server died", async () => {
  const payloads: string[] = [];
  wakeups.on("pipelines", (payload) => payloads.push(payload));
  process.kill(await postmasterPid(dataDirectory), "SIGKILL");
  await heard(payloads, "after the crash");
});
