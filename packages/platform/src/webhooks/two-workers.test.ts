import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { readPlatformConfig } from "../config.ts";
import { openWakeups, type Wakeups } from "../db/wakeups.ts";
import { parseAllowList } from "../outbound/allow-list.ts";
import { Outbound } from "../outbound/outbound.ts";
import { openStore, type Store } from "../store.ts";
import { prepareData } from "../testing/prepared-data.ts";
import { emitWebhook } from "./emit-webhook.ts";
import { startWebhooks } from "./start-webhooks.ts";
import { startReceiver } from "./testing/receiver.ts";
import { encryptSecret } from "./webhook-secret.ts";

const logger = pino({ level: "silent" });
const masterKey = createSecretKey(randomBytes(32));
const outbound = new Outbound({ allow: parseAllowList("127.0.0.1") });

let directory: string;
let store: Store;
let wakeups: Wakeups;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "webhooks-"));
  await prepareData(directory);
  store = await openStore(readPlatformConfig({ PLATFORM_DATA: directory }), { mode: "owner", logger });
  wakeups = openWakeups(store.pool);
});
afterAll(async () => {
  await wakeups.close();
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

/** Works until it is closed, at the latest when the test ends. */
function startWorker(key = masterKey) {
  const { db } = store;
  const worker = startWebhooks({
    ...{ store: { db, masterKey: key }, outbound, wakeups, logger, lease: 30_000, isAlone: false },
  });
  return { close: worker.close, [Symbol.asyncDispose]: worker.close };
}

async function newProject(): Promise<string> {
  const { db } = store;
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const project = { owner_id: admin.id, name: randomUUID() };
  return (await db.insertInto("projects").values(project).returning("id").executeTakeFirstOrThrow()).id;
}

async function addWebhook(project_id: string, url: string, secret?: string): Promise<string> {
  const id = randomUUID();
  const encrypted_secret = secret === undefined ? null : encryptSecret(masterKey, { id, project_id }, secret);
  await store.db
    .insertInto("webhooks")
    .values({ id, project_id, url, events: ["issue"], encrypted_secret })
    .execute();
  return id;
}

async function emit(projectId: string, ...numbers: readonly number[]): Promise<void> {
  const payloads = numbers.map((number) => ({ action: "created" as const, issue: { id: "i", number, title: "t" } }));
  await emitWebhook(store.db, projectId, "issue", ...payloads);
}

const deliveriesOf = (id: string) =>
  store.db.selectFrom("webhook_deliveries").where("webhook_id", "=", id).selectAll().execute();
const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

test("two platforms send each delivery once, and to each webhook one at a time", async () => {
  const busy = new Map<string, number>();
  let most = 0;
  await using receiver = await startReceiver((response, { url }) => {
    busy.set(url, (busy.get(url) ?? 0) + 1);
    most = Math.max(most, busy.get(url) ?? 0);
    setTimeout(() => {
      busy.set(url, (busy.get(url) ?? 0) - 1);
      response.end();
    }, 1);
  });
  const projects = [await newProject(), await newProject()];
  // More than there is time for, if one does not follow the other at once.
  const numbers = Array.from({ length: 30 }, (_, index) => index);
  for (const project of projects) {
    for (const path of ["a", "b"]) await addWebhook(project, `${receiver.url}/${project}/${path}`);
    await emit(project, ...numbers);
  }
  await using first = startWorker();
  await using second = startWorker();
  for (const project of projects) {
    for (const path of ["a", "b"]) {
      const payloads = await receiver.payloads(`/${project}/${path}`, numbers.length);
      expect(payloads.map(({ issue }) => issue.number)).toEqual(numbers);
    }
  }
  await Promise.all([first.close(), second.close()]);
  expect(receiver.received).toHaveLength(120);
  expect(most).toBe(1);
});

test("what a platform was sending that is gone is sent by another", async () => {
  await using receiver = await startReceiver();
  const project = await newProject();
  const id = await addWebhook(project, `${receiver.url}/hook`);
  await emit(project, 1, 2);
  await sql`update webhook_deliveries set status = 'running', claimed_by = gen_random_uuid(), attempt = 1,
    claim_expires_at = now() - interval '1 second'
    where webhook_id = ${id} and payload -> 'issue' ->> 'number' = '1'`.execute(store.db);
  await using _ = startWorker();
  expect((await receiver.payloads("/hook", 2)).map(({ issue }) => issue.number)).toEqual([1, 2]);
});

test("when a platform closes, what it is sending is sent again by the next", async () => {
  const held = Promise.withResolvers<void>();
  await using receiver = await startReceiver((response, _, nth) => {
    if (nth === 1) held.resolve();
    else response.end();
  });
  const project = await newProject();
  const id = await addWebhook(project, `${receiver.url}/hook`);
  await emit(project, 1);
  await using first = startWorker();
  await held.promise;
  await first.close();
  expect(await deliveriesOf(id)).toMatchObject([{ status: "pending", claimed_by: null, attempts: 0 }]);
  await using _ = startWorker();
  await soon(async () => expect(await deliveriesOf(id)).toMatchObject([{ status: "delivered", attempts: 1 }]));
  const ids = receiver.received.map(({ headers }) => headers["x-platform-delivery"]);
  expect(ids).toHaveLength(2);
  expect(new Set(ids).size).toBe(1);
});

test("under another master key nothing is sent unsigned: it waits for the right one", async () => {
  await using receiver = await startReceiver();
  const project = await newProject();
  const id = await addWebhook(project, `${receiver.url}/hook`, "s3cret");
  await emit(project, 1);
  await using wrong = startWorker(createSecretKey(randomBytes(32)));
  await soon(async () => expect(await deliveriesOf(id)).toMatchObject([{ status: "pending", attempts: 1 }]));
  const [{ error } = {}] = await deliveriesOf(id);
  expect(error).toMatch(/^the secret of the webhook of the project cannot be decrypted: it was set under another/);
  await wrong.close();
  expect(receiver.received).toEqual([]);
  await sql`update webhook_deliveries set next_attempt_at = now() where webhook_id = ${id}`.execute(store.db);
  await using _ = startWorker();
  await receiver.payloads("/hook", 1);
});
