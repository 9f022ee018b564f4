import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
const hooks = 3;

/** Each request: to which webhook, which delivery, of which issue. */
const received: { readonly hook: string; readonly delivery: string; readonly issue: number }[] = [];
/** Milliseconds until a request is answered; it has been received by then. */
let pause = 0;
const receiver = createServer(async (request, response) => {
  let body = "";
  for await (const chunk of request.setEncoding("utf8")) body += chunk;
  const delivery = String(request.headers["x-platform-delivery"]);
  received.push({ hook: request.url ?? "", delivery, issue: JSON.parse(body).issue.number });
  await delay(pause);
  response.end();
});

let platform: PushedPlatform;
let project: string;
beforeAll(async () => {
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  platform = await startPushedPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  project = await platform.addProject("hooked");
  const { port } = receiver.address() as AddressInfo;
  for (let hook = 0; hook < hooks; hook++) {
    await request("POST", "webhooks", { url: `http://127.0.0.1:${port}/${hook}`, events: ["issue"] });
  }
});
afterAll(async () => {
  await platform[Symbol.asyncDispose]();
  receiver.closeAllConnections();
  receiver.close();
});

async function request(method: string, path: string, body?: object) {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
  const response = await fetch(`${platform.served.url}/api/projects/${project}/${path}`, init);
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return JSON.parse(await response.text());
}

/** Makes issues one after another until the platform is gone, and gives how many it has confirmed. */
async function write(): Promise<number> {
  for (let confirmed = 0; ; confirmed++) {
    try {
      await request("POST", "issues", { title: "It fails" });
    } catch {
      return confirmed;
    }
  }
}

async function issueNumbers(): Promise<readonly number[]> {
  return await platform.look(async (db) => {
    const rows = await db.selectFrom("issues").where("project_id", "=", project).select("number").execute();
    return rows.map(({ number }) => number);
  });
}

/** Until every webhook has been told of every issue. */
async function allTold(): Promise<void> {
  const { total } = await request("GET", "issues?limit=1");
  while (new Set(received.map(({ delivery }) => delivery)).size < total * hooks) await delay(20);
}

test(`kill -9 under webhooks: what happened is told, and nothing else (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 120_000 + rounds * 60_000,
}, async () => {
  const random = seededRandom(seed);
  let confirmed = 0;
  for (let round = 0; round < rounds; round++) {
    pause = random() * 60;
    const writers = [write(), write()];
    const enough = received.length + 3 + random() * 30;
    while (received.length < enough) await delay(5);
    await delay(random() * pause);
    const withDatabase = random() < 0.2;
    await platform.served.killPlatform();
    if (withDatabase) await platform.served.killPostgres();
    for (const count of await Promise.all(writers)) confirmed += count;
    await platform.served.start();
    // At times what was under way is still being made up for when the next kill comes.
    if (random() < 0.5) continue;
    await allTold();
  }
  await allTold();
  const issues = await issueNumbers();
  expect(issues.length).toBeGreaterThanOrEqual(confirmed);
  for (let hook = 0; hook < hooks; hook++) {
    const told = received.filter((one) => one.hook === `/${hook}`);
    expect(new Set(told.map(({ issue }) => issue))).toEqual(new Set(issues));
    // What was told twice says so: it is the same delivery.
    expect(new Set(told.map(({ delivery }) => delivery)).size).toBe(issues.length);
  }
  const again = received.length - hooks * issues.length;
  // Of each webhook one at a time: no more than what was under way when the platform was killed.
  expect(again).toBeLessThanOrEqual(hooks * rounds);
  process.stdout.write(`${rounds} kills, ${confirmed} issues confirmed, ${issues.length} told, ${again} twice\n`);
});
