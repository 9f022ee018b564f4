import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createClient, type PlatformClient, projects, readConfig } from "@platform-mcp/client";
import { createLogger, openStore, readPlatformConfig, type Store } from "@platform-mcp/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AnswerProxy, startAnswerProxy } from "../lib/answer-proxy.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { ServedPlatform } from "./served-platform.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
const stderr = 2;

let data: string;
let platform: ServedPlatform;
let store: Store;
let proxy: AnswerProxy;
let client: PlatformClient;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "lost-answers-"));
  platform = await ServedPlatform.on(data);
  await platform.start();
  const config = readPlatformConfig({ PLATFORM_DATA: data });
  store = await openStore(config, { mode: "guest", logger: createLogger("error", stderr) });
  proxy = await startAnswerProxy(platform.url);
  const env = { PLATFORM_API_URL: proxy.url, PLATFORM_API_TOKEN: await platform.token() };
  client = createClient({
    config: readConfig(env),
    product: "lost-answers/1",
    env: {},
    timeouts: { deadline: 120_000 },
  });
  // The client repeats a write only once it has seen that this platform knows keys.
  await create();
});
afterAll(async () => {
  await client?.close();
  await proxy?.[Symbol.asyncDispose]();
  await store?.close();
  await platform?.stop();
  await rm(data, { recursive: true, force: true });
});

function create(name: string = `p-${randomUUID()}`): Promise<{ readonly id: string }> {
  return client.call(projects.createProject, { body: { name } });
}

/** What there is of a project's name: rows, and entries of the audit log that say it was made. */
async function effects(name: string, id: string) {
  const made = await store.db.selectFrom("projects").where("name", "=", name).select("id").execute();
  const entries = await store.db
    .selectFrom("audit_log")
    .where("action", "=", "POST /api/projects")
    .where("outcome", "=", "done")
    .where("resource_id", "=", id)
    .select("id")
    .execute();
  return { ids: made.map((row) => row.id), entries: entries.length };
}

async function restart(): Promise<void> {
  await platform.killPlatform();
  await platform.start();
}

test("an answer that is lost on the way is asked for again: one project, and the client has it", async () => {
  const name = `lost-${randomUUID()}`;
  proxy.loseNext();
  const { id } = await create(name);
  expect(await effects(name, id)).toEqual({ ids: [id], entries: 1 });
});

test("a platform that dies between commit and answer has carried it out, and says so when it is back", async () => {
  const name = `committed-${randomUUID()}`;
  const restarted = Promise.withResolvers<void>();
  let committed: readonly unknown[] = [];
  proxy.loseNext(async () => {
    await platform.killPlatform();
    committed = await store.db.selectFrom("projects").where("name", "=", name).select("id").execute();
    platform.start().then(restarted.resolve, restarted.reject);
  });
  const { id } = await create(name);
  await restarted.promise;
  expect(committed).toEqual([{ id }]);
  expect(await effects(name, id)).toEqual({ ids: [id], entries: 1 });
});

test("a platform that dies before the commit has done nothing, and does it when it is back", async () => {
  const name = `uncommitted-${randomUUID()}`;
  const owner = await store.db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const abandoned = new Error("only there to be waited for");
  let creating: Promise<{ readonly id: string }> | undefined;
  const blocking = store.db.transaction().execute(async (blocker) => {
    // The same name, neither there nor not there: whoever makes it too has to wait.
    await blocker.insertInto("projects").values({ owner_id: owner.id, name }).execute();
    creating = create(name);
    const running = store.db.selectFrom("idempotency_keys").where("status", "is", null).select("key");
    while ((await running.execute()).length === 0) await delay(5);
    await platform.killPlatform();
    throw abandoned;
  });
  await expect(blocking).rejects.toBe(abandoned);
  await platform.start();
  const { id } = (await creating) ?? { id: "" };
  expect(await effects(name, id)).toEqual({ ids: [id], entries: 1 });
});

test(`kill -9 at any instant of a write: one effect, and the client has it (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 60_000 + rounds * 60_000,
}, async () => {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    const names = ["a", "b", "c"].map((part) => `any-${round}-${part}-${randomUUID()}`);
    const creating = Promise.all(names.map((name) => create(name)));
    // Looked at once the platform is back.
    creating.catch(() => {});
    await delay(random() * 60);
    await restart();
    for (const [index, { id }] of (await creating).entries()) {
      const name = names[index] ?? "";
      expect(await effects(name, id), `CHAOS_SEED=${seed}, round ${round}`).toEqual({ ids: [id], entries: 1 });
    }
  }
});
