import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Insertable, sql } from "kysely";
import { pino } from "pino";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { readPlatformConfig } from "../../config.ts";
import type { AlertRulesTable } from "../../db/schema.ts";
import { Problem } from "../../problem.ts";
import { openStore, type Store } from "../../store.ts";
import { prepareData } from "../../testing/prepared-data.ts";
import { evaluateNext } from "./evaluate-next.ts";
import type { ReadValue } from "./read-value.ts";
import { startAlerts } from "./start-alerts.ts";
import { addAlertRule } from "./testing/add-alert-rule.ts";
import { deleteRule, updateRule } from "./write-rule.ts";

const logger = pino({ level: "silent" });

let directory: string;
let store: Store;
let project: string;
/** What the metric gives. */
let value: number | null;
let isFailing: unknown;
/** Of which rules the value was asked for. */
let asked: string[];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "alerts-"));
  await prepareData(directory);
  store = await openStore(readPlatformConfig({ PLATFORM_DATA: directory }), { mode: "owner", logger });
});
afterAll(async () => {
  await store.close();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  const { db } = store;
  [value, isFailing, asked] = [0, undefined, []];
  await db.deleteFrom("alert_rules").execute();
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const row = { owner_id: admin.id, name: crypto.randomUUID() };
  project = (await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow()).id;
  const webhook = { project_id: project, url: "https://hooks.invalid", events: ["alert" as const] };
  await db.insertInto("webhooks").values(webhook).execute();
});

const readValue: ReadValue = async ({ query }) => {
  asked.push(query.metric);
  if (isFailing !== undefined) throw isFailing;
  return value;
};
const evaluate = () => evaluateNext({ db: store.db, readValue, logger, busy: new Set() });

const add = (more: Partial<Insertable<AlertRulesTable>> = {}) =>
  addAlertRule(store.db, project, { severity: "critical", enabled: true, ...more });

/** As if so many seconds had passed for the rule. */
async function pass(id: string, seconds: number): Promise<void> {
  const columns = ["state_since", "no_data_since", "last_evaluated_at", "evaluate_at"];
  const earlier = columns.map((name) => sql`${sql.ref(name)} = ${sql.ref(name)} - make_interval(secs => ${seconds})`);
  await sql`update alert_rules set ${sql.join(earlier)} where id = ${id}`.execute(store.db);
}

const rule = (id: string) => store.db.selectFrom("alert_rules").where("id", "=", id).selectAll().executeTakeFirst();
const events = (id: string) =>
  store.db.selectFrom("alert_events").where("rule_id", "=", id).orderBy("created_at").selectAll().execute();
async function told() {
  const deliveries = store.db
    .selectFrom("webhook_deliveries")
    .innerJoin("webhooks", "webhooks.id", "webhook_id")
    .where("project_id", "=", project);
  const rows = await deliveries.select("payload").orderBy("webhook_deliveries.created_at").execute();
  return rows.map(({ payload }) => payload);
}

/** A rule that fires. */
async function firing(more: Partial<Insertable<AlertRulesTable>> = {}): Promise<string> {
  const id = await add(more);
  value = 9;
  await evaluate();
  await pass(id, 60);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "firing" });
  return id;
}

test("what is wrong for long enough fires once, and is resolved once it is over; each is told with it", async () => {
  const id = await add();
  expect(await evaluate()).toBe(true);
  expect(await rule(id)).toMatchObject({ state: "ok", last_value: 0, error: null });
  expect(await evaluate()).toBe(false);

  value = 9;
  await pass(id, 30);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "pending", last_value: 9 });
  await pass(id, 30);
  await evaluate();
  expect(await events(id)).toEqual([]);
  await pass(id, 30);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "firing" });
  const [event] = await events(id);
  expect(event).toMatchObject({
    ...{ status: "firing", value: 9, resolved_at: null },
    message: "the value has been above 5 for 60 seconds or longer: it is 9",
  });

  value = 8;
  await pass(id, 30);
  await evaluate();
  value = 5;
  await pass(id, 30);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "ok", last_value: 5 });
  const [{ resolved_at, ...resolved } = { resolved_at: null }, ...others] = await events(id);
  expect(others).toEqual([]);
  expect(resolved).toMatchObject({ id: event?.id, status: "resolved", value: 9 });
  expect(resolved_at).not.toBeNull();
  const alert = { id, name: "slow", severity: "critical" };
  expect(await told()).toEqual([
    { project_id: project, action: "firing", alert: { ...alert, value: 9 } },
    { project_id: project, action: "resolved", alert: { ...alert, value: 5 } },
  ]);
});

test("what is absent fires; data that is missing says nothing else", async () => {
  value = null;
  const id = await add({ condition: "absent", threshold: null });
  await evaluate();
  await pass(id, 60);
  await evaluate();
  expect(await events(id)).toMatchObject([
    { status: "firing", value: null, message: "there has been no data for 60 seconds or longer" },
  ]);
  const other = await add();
  await evaluate();
  expect(await rule(other)).toMatchObject({ state: "ok", last_value: null });
  await pass(other, 60);
  await evaluate();
  expect(await rule(other)).toMatchObject({ state: "no_data", error: null });
});

test("two platforms evaluate each rule once, and a rule that takes long holds up no other", async () => {
  const count = 40;
  for (let index = 0; index < count; index++) await add({ query: `metric:m${index}` });
  const isHeld = Promise.withResolvers<void>();
  const slowly: ReadValue = async (wanted) => {
    const read = await readValue(wanted);
    if (wanted.query.metric === "m0") await isHeld.promise;
    return read;
  };
  const running = [1, 2].map(() => startAlerts({ db: store.db, readValue: slowly, logger }));
  try {
    await vi.waitFor(() => expect(asked).toHaveLength(count), { timeout: 20_000, interval: 10 });
  } finally {
    isHeld.resolve();
    await Promise.all(running.map((each) => each.close()));
  }
  expect(new Set(asked).size).toBe(count);
  expect(asked).toHaveLength(count);
});

test("an evaluation that breaks off has done nothing, and is made again", async () => {
  const id = await add();
  value = 9;
  await evaluate();
  await pass(id, 60);
  const before = await rule(id);
  const broken: ReadValue = async (wanted) => {
    // What holds the rule at this moment is the evaluation.
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and state = 'idle in transaction'`.execute(store.db);
    return await readValue(wanted);
  };
  await expect(evaluateNext({ db: store.db, readValue: broken, logger, busy: new Set() })).rejects.toThrow();
  expect(await rule(id)).toEqual(before);
  expect(await told()).toEqual([]);
  await evaluate();
  expect(await events(id)).toMatchObject([{ status: "firing" }]);
  expect(await told()).toHaveLength(1);
});

test("a value that cannot be had is said, and is neither good nor bad", async () => {
  const id = await firing();
  for (const [failure, error] of [
    [new Problem(400, "the search takes too long"), "the search takes too long"],
    [new Error("secret"), "an error of the platform, which its log tells of"],
  ]) {
    isFailing = failure;
    await pass(id, 60);
    await evaluate();
    expect(await rule(id)).toMatchObject({ state: "firing", last_value: null, error });
  }
  isFailing = undefined;
  value = Number.POSITIVE_INFINITY;
  await pass(id, 60);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "firing", error: "the value is not a finite number" });
  value = 0;
  await pass(id, 60);
  await evaluate();
  expect(await rule(id)).toMatchObject({ state: "ok", error: null });
  const broken = await add({ query: "metric:a agg:median" });
  await evaluate();
  expect(await rule(broken)).toMatchObject({ state: "ok", error: expect.stringMatching(/^agg must be one of/) });
});

test("a rule that fires and is changed, switched off or deleted is resolved, and why is said", async () => {
  const changed = await firing();
  await updateRule(store.db, changed, { threshold: 6 });
  expect(await rule(changed)).toMatchObject({ state: "ok", last_value: null, last_evaluated_at: null, threshold: 6 });
  expect(await events(changed)).toMatchObject([{ status: "resolved", message: "the rule was changed" }]);
  // It is looked at at once, and has all its time again.
  expect(await evaluate()).toBe(true);
  expect(await rule(changed)).toMatchObject({ state: "pending" });

  const off = await firing();
  await updateRule(store.db, off, { enabled: false });
  expect(await events(off)).toMatchObject([{ status: "resolved", message: "the rule was switched off" }]);
  const deleted = await firing();
  await deleteRule(store.db, deleted);
  const actions = (await told()).map((payload) => JSON.stringify(payload)).filter((text) => text.includes("resolved"));
  expect(actions).toHaveLength(3);
});

test("a rule whose words change alone goes on", async () => {
  const id = await firing();
  await updateRule(store.db, id, { name: "n", description: "d", severity: "info", threshold: 5, notify_channels: [] });
  expect(await rule(id)).toMatchObject({ state: "firing" });
  value = 0;
  await pass(id, 60);
  await evaluate();
  expect(await events(id)).toMatchObject([{ status: "resolved" }]);
  // Nobody is told any more.
  expect(await told()).toHaveLength(1);
});

test("rules that are switched off, and those of a project that is deleted, are not evaluated", async () => {
  await add({ enabled: false });
  await add();
  await store.db.updateTable("projects").where("id", "=", project).set({ is_active: false }).execute();
  expect(await evaluate()).toBe(false);
  expect(asked).toEqual([]);
});

test("a rule of the platform is evaluated, and tells no project", async () => {
  const id = await firing({ project_id: null });
  expect(await events(id)).toHaveLength(1);
  expect(await told()).toEqual([]);
});

test("a project whose rules take long has others' wait for one of them at most", async () => {
  const name = crypto.randomUUID();
  const { owner_id } = await store.db
    .selectFrom("projects")
    .where("id", "=", project)
    .selectAll()
    .executeTakeFirstOrThrow();
  const values = { owner_id, name };
  const other = await store.db.insertInto("projects").values(values).returning("id").executeTakeFirstOrThrow();
  for (const metric of ["slow.1", "slow.2"]) await add({ query: `metric:${metric}` });
  await addAlertRule(store.db, other.id, { severity: "critical", enabled: true, query: "metric:quick" });
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const services = {
    ...{ db: store.db, logger, busy: new Set<string>() },
    readValue: async (wanted: Parameters<ReadValue>[0]) => {
      if (wanted.projectId === project) await end;
      return await readValue(wanted);
    },
  };
  const slow = evaluateNext(services);
  await vi.waitFor(() => expect([...services.busy]).toEqual([project]));
  expect([await evaluateNext(services), asked]).toEqual([true, ["quick"]]);
  expect(await evaluateNext(services)).toBe(false);
  resolve();
  expect([await slow, await evaluateNext(services), services.busy.size]).toEqual([true, true, 0]);
  expect(asked.toSorted()).toEqual(["quick", "slow.1", "slow.2"]);
});
