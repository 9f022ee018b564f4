import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";

// Each kills twice.
const rounds = Number(process.env.CHAOS_ROUNDS ?? 1);
const count = 8;
const names = Array.from({ length: count }, (_, index) => `load.${index}`);

interface Told {
  readonly delivery: string;
  readonly rule: string;
  readonly action: string;
}

/** Each request to the webhook, oldest first. */
const received: Told[] = [];
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const { action, alert } = JSON.parse(body);
  received.push({ delivery: String(request.headers["x-platform-delivery"]), rule: alert.name, action });
  response.end();
});

let platform: PushedPlatform;
let project: string;
/**
 * What every metric is measured to be at the moment. The rules look at the sum of a window: each level outweighs all that
 * was measured before, so that nobody waits for the window to pass.
 */
let level = -1;
const raise = () => {
  level *= -30;
};
const measuring = new AbortController();
let measured: Promise<void>;

beforeAll(async () => {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  platform = await startPushedPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  project = await platform.addProject("watched");
  const { port } = receiver.address() as AddressInfo;
  await request("POST", `/api/projects/${project}/webhooks`, { url: `http://127.0.0.1:${port}`, events: ["alert"] });
  for (const name of names) {
    const query = `metric:${name} agg:sum window:10`;
    const rule = { name, query, condition: "gt", threshold: 0, for_seconds: 10, project_id: project };
    await request("POST", "/api/observe/alerts", rule);
  }
  // Sooner than anybody may ask for.
  await platform.look(async (db) => {
    await db.updateTable("alert_rules").set({ for_seconds: 1 }).execute();
  });
  measured = measure();
}, 120_000);
afterAll(async () => {
  measuring.abort();
  await measured;
  await platform?.[Symbol.asyncDispose]();
  receiver.closeAllConnections();
  receiver.close();
});

async function request(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${platform.served.url}${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** Sends what every metric is, again and again; what is sent while the platform is gone is lost. */
async function measure(): Promise<void> {
  const attributes = [{ key: "platform.project_id", value: { stringValue: project } }];
  while (!measuring.signal.aborted) {
    const point = { timeUnixNano: `${Date.now()}000000`, asDouble: level };
    const metrics = names.map((name) => ({ name, gauge: { dataPoints: [point] } }));
    const resource = { resource: { attributes }, scopeMetrics: [{ metrics }] };
    await request("POST", "/v1/metrics", { resourceMetrics: [resource] }).catch(() => {});
    await delay(200, undefined, { signal: measuring.signal }).catch(() => {});
  }
}

/** Until all rules are in a state. */
async function all(state: "ok" | "firing"): Promise<void> {
  const inState = async () => {
    const { total } = await request("GET", `/api/observe/alerts?project_id=${project}&status=${state}&limit=0`);
    return total === count;
  };
  while (!(await inState())) await delay(50);
}

async function killSoon(random: () => number, within: number): Promise<void> {
  await delay(random() * within);
  const withDatabase = random() < 0.2;
  await platform.served.killPlatform();
  if (withDatabase) await platform.served.killPostgres();
  await platform.served.start();
}

test(`kill -9 under alerts: each fires once and is resolved once, and is told so (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 120_000 + rounds * 90_000,
}, async () => {
  const random = seededRandom(seed);
  for (let round = 0; round < rounds; round++) {
    raise();
    // Within the time in which one after the other is pending and fires.
    await killSoon(random, 3_000);
    await all("firing");
    raise();
    await killSoon(random, 3_000);
    await all("ok");
  }
  const wanted = count * rounds;
  const events = await platform.look((db) => db.selectFrom("alert_events").selectAll().execute());
  expect(events).toHaveLength(wanted);
  expect(events.filter(({ status, resolved_at }) => status === "resolved" && resolved_at !== null)).toHaveLength(
    wanted,
  );

  const deliveries = await platform.look((db) => db.selectFrom("webhook_deliveries").select("id").execute());
  expect(deliveries).toHaveLength(2 * wanted);
  const told = () => new Map(received.map((one) => [one.delivery, one]));
  while (told().size < deliveries.length) await delay(20);
  for (const name of names) {
    const actions = [...told().values()].filter(({ rule }) => rule === name).map(({ action }) => action);
    expect(actions).toEqual(Array.from({ length: rounds }, () => ["firing", "resolved"]).flat());
  }
  const twice = received.length - deliveries.length;
  process.stdout.write(`${2 * rounds} kills, ${events.length} times fired and resolved, ${twice} told twice\n`);
});
