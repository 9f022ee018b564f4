import { createHmac } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { parseAllowList } from "../outbound/allow-list.ts";
import { Outbound } from "../outbound/outbound.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { removeOldDeliveries } from "./delivery/remove-old-deliveries.ts";
import { emitWebhook } from "./emit-webhook.ts";
import { type Received, startReceiver } from "./testing/receiver.ts";
import { updateWebhook } from "./write-webhook.ts";

let platform: TestPlatform;
let admin: string;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
/** What is done to the request at a path instead of thanking for it. */
const answers = new Map<string, Parameters<typeof startReceiver>[0]>();
let serial = 0;

beforeAll(async () => {
  receiver = await startReceiver((response, request, nth) => {
    const answer = answers.get(request.url);
    if (answer === undefined) response.end("thanks");
    else answer(response, request, nth);
  });
  platform = await startTestPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  admin = await platform.token({ user: "admin" });
});
afterAll(async () => {
  await platform.close();
  await receiver[Symbol.asyncDispose]();
});

/** A project, with a webhook to a path of its own. */
async function newWebhook(body: object = {}, project?: string) {
  const projectId = project ?? (await platform.addProject("admin", `hooked-${++serial}`));
  const path = `/${++serial}`;
  const wanted = { url: `${receiver.url}${path}`, events: ["issue", "build", "push"], ...body };
  const { status, body: webhook } = await platform.send("POST", `/api/projects/${projectId}/webhooks`, admin, wanted);
  expect(status, JSON.stringify(webhook)).toBe(201);
  const route = `/api/projects/${projectId}/webhooks/${webhook.id}`;
  return {
    ...{ projectId, path, route },
    deliveries: async () => (await platform.send("GET", `${route}/deliveries`, admin)).body,
    emit: async (...numbers: number[]) => {
      await platform.db.transaction().execute(async (db) => {
        for (const number of numbers) {
          await emitWebhook(db, projectId, "issue", { action: "created", issue: { id: "i", number, title: "t" } });
        }
      });
    },
  };
}
type Webhook = Awaited<ReturnType<typeof newWebhook>>;

const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });
const at = ({ path }: Webhook): Received[] => receiver.received.filter(({ url }) => url === path);
const numbers = (webhook: Webhook) => at(webhook).map(({ body }) => JSON.parse(body).issue.number);
const firstDelivery = async (webhook: Webhook) => (await webhook.deliveries())[0];

/** Has what waits for its next attempt tried now. */
async function hurry({ projectId }: Webhook): Promise<void> {
  await sql`update webhook_deliveries set next_attempt_at = now() where status = 'pending'
    and webhook_id in (select id from webhooks where project_id = ${projectId})`.execute(platform.db);
  await sql`select pg_notify('webhooks', ${projectId})`.execute(platform.db);
}

test("what is committed is delivered, signed; what is not, is not", async () => {
  const webhook = await newWebhook({ secret: "s3cret" });
  const undone = platform.db.transaction().execute(async (db) => {
    await emitWebhook(db, webhook.projectId, "issue", { action: "created", issue: { id: "no", number: 0, title: "" } });
    throw new Error("undone");
  });
  await expect(undone).rejects.toThrow("undone");
  await webhook.emit(1);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ status: "delivered" }));
  const [request] = at(webhook);
  const body = `{"action":"created","issue":{"id":"i","number":1,"title":"t"},"project_id":"${webhook.projectId}"}`;
  const delivery = await firstDelivery(webhook);
  expect(at(webhook)).toHaveLength(1);
  expect(request?.body).toBe(body);
  expect(request?.headers).toMatchObject({
    "content-type": "application/json",
    "user-agent": "Platform-Webhook/1.0",
    "x-platform-event": "issue",
    "x-platform-delivery": delivery.id,
    "x-platform-signature": `sha256=${createHmac("sha256", "s3cret").update(body).digest("hex")}`,
    "webhook-id": delivery.id,
  });
  expect(delivery).toMatchObject({
    ...{ event: "issue", attempts: 1, response_status: 200, error: null, next_attempt_at: null },
    delivered_at: expect.any(String),
  });
});

test("events go to those webhooks that want them, and are on", async () => {
  const wanting = await newWebhook();
  const others = [
    await newWebhook({ events: ["push"] }, wanting.projectId),
    await newWebhook({ active: false }, wanting.projectId),
    await newWebhook(),
  ];
  await wanting.emit(1);
  await soon(() => expect(numbers(wanting)).toEqual([1]));
  for (const other of others) expect(await other.deliveries()).toEqual([]);
});

test("one that is not taken is sent again, as the same delivery", async () => {
  const webhook = await newWebhook({ secret: "s3cret" });
  answers.set(webhook.path, (response) => response.writeHead(503, { "retry-after": "3600" }).end("not now"));
  await webhook.emit(1);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ attempts: 1 }));
  const waiting = await firstDelivery(webhook);
  expect(waiting).toMatchObject({
    ...{ status: "pending", response_status: 503, error: "it answered 503", delivered_at: null },
  });
  expect(Date.parse(waiting.next_attempt_at) - Date.now()).toBeGreaterThan(3_000_000);
  answers.delete(webhook.path);
  await hurry(webhook);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ status: "delivered", attempts: 2 }));
  const [first, second] = at(webhook);
  expect(second?.body).toBe(first?.body);
  for (const name of ["x-platform-delivery", "x-platform-signature", "webhook-id"]) {
    expect(second?.headers[name]).toBe(first?.headers[name]);
  }
});

test("one that is never taken is given up after eight attempts; one that is refused, at once", async () => {
  const failing = await newWebhook();
  answers.set(failing.path, (response) => response.writeHead(500).end());
  await failing.emit(1);
  for (let attempts = 1; attempts <= 8; attempts++) {
    await soon(async () => expect(await firstDelivery(failing)).toMatchObject({ attempts }));
    await hurry(failing);
  }
  const refusing = await newWebhook();
  answers.set(refusing.path, (response) => response.writeHead(410).end());
  await refusing.emit(1);
  await soon(async () => expect(await firstDelivery(refusing)).toMatchObject({ status: "failed", attempts: 1 }));
  expect(await firstDelivery(failing)).toMatchObject({ status: "failed", attempts: 8, next_attempt_at: null });
  expect(at(failing)).toHaveLength(8);
});

test("what happens arrives in its order, one at a time, and what fails does not hold up what follows", async () => {
  const webhook = await newWebhook();
  let busy = 0;
  let most = 0;
  answers.set(webhook.path, (response, { body }) => {
    most = Math.max(most, ++busy);
    setImmediate(() => {
      busy--;
      response.writeHead(JSON.parse(body).issue.number === 3 ? 500 : 200).end();
    });
  });
  await webhook.emit(1, 2, 3, 4);
  await webhook.emit(5);
  await webhook.emit(6);
  await soon(() => expect(numbers(webhook)).toEqual([1, 2, 3, 4, 5, 6]));
  expect(most).toBe(1);
});

test("receivers that never answer hold up nobody else, not even in their own project", async () => {
  const project = await platform.addProject("admin", `hooked-${++serial}`);
  const stuck = await Promise.all(Array.from({ length: 3 }, () => newWebhook({}, project)));
  for (const { path } of stuck) answers.set(path, () => {});
  const neighbour = await newWebhook({}, project);
  const other = await newWebhook();
  for (let number = 1; number <= 20; number++) await neighbour.emit(number);
  await other.emit(1);
  await soon(() => expect(numbers(neighbour)).toHaveLength(20));
  await soon(() => expect(numbers(other)).toEqual([1]));
  for (const webhook of stuck) expect(numbers(webhook).length).toBeLessThanOrEqual(2);
});

test("of a webhook that is deleted or switched off, nothing that waits is sent any more", async () => {
  const project = await platform.addProject("admin", `hooked-${++serial}`);
  const [deleted, off] = [await newWebhook({}, project), await newWebhook({}, project)];
  for (const { path } of [deleted, off]) answers.set(path, (response) => response.writeHead(500).end());
  await deleted.emit(1);
  await soon(async () => expect(await firstDelivery(deleted)).toMatchObject({ attempts: 1 }));
  await soon(async () => expect(await firstDelivery(off)).toMatchObject({ attempts: 1 }));
  expect((await platform.send("DELETE", deleted.route, admin)).status).toBe(200);
  expect((await platform.send("PATCH", off.route, admin, { active: false })).status).toBe(200);
  expect(await firstDelivery(off)).toMatchObject({ status: "failed", error: "the webhook was switched off" });
  await hurry(off);
  // A test is sent all the same, and after it nothing else can have been.
  answers.delete(off.path);
  const { body } = await platform.send("POST", `${off.route}/test`, admin);
  await soon(() => expect(at(off)).toHaveLength(2));
  expect(JSON.parse(at(off)[1]?.body ?? "")).toMatchObject({ action: "test", project_id: project });
  expect(at(off)[1]?.headers).toMatchObject({ "x-platform-event": "test", "x-platform-delivery": body.delivery_id });
  expect(at(deleted)).toHaveLength(1);
});

test("what waits goes where the webhook leads when it is sent, under the secret that it has then", async () => {
  const webhook = await newWebhook({ secret: "old" });
  answers.set(webhook.path, (response) => response.writeHead(500).end());
  await webhook.emit(1);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ attempts: 1 }));
  const url = `${receiver.url}${webhook.path}/moved`;
  await platform.send("PATCH", webhook.route, admin, { url, secret: null });
  await hurry(webhook);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ status: "delivered" }));
  const moved = receiver.received.filter((request) => request.url === `${webhook.path}/moved`);
  expect(moved).toHaveLength(1);
  expect(moved[0]?.headers).not.toHaveProperty("x-platform-signature");
});

test("a name that leads inside is not called, though it did not when the webhook was made", async () => {
  const webhook = await newWebhook();
  await sql`update webhooks set url = 'http://127.1.1.1:1/' where project_id = ${webhook.projectId}`.execute(
    platform.db,
  );
  await webhook.emit(1);
  await soon(async () => expect(await firstDelivery(webhook)).toMatchObject({ status: "failed", attempts: 1 }));
  expect((await firstDelivery(webhook)).error).toContain("127.1.1.1 is inside the platform's network");
});

test("what is told while its webhook is being deleted is told nobody, and does not fail", async () => {
  const webhook = await newWebhook();
  const [begun, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const deleting = platform.db.transaction().execute(async (db) => {
    await db.deleteFrom("webhooks").where("project_id", "=", webhook.projectId).execute();
    begun.resolve();
    await told.promise;
  });
  await begun.promise;
  await webhook.emit(1);
  told.resolve();
  await deleting;
  expect(at(webhook)).toEqual([]);
});

test("what is told while its webhook is being changed is not forgotten", async () => {
  const webhook = await newWebhook();
  const [begun, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const changing = platform.db.transaction().execute(async (db) => {
    const services = { masterKey: { missing: "" }, outbound: new Outbound({ allow: parseAllowList("") }) };
    const id = webhook.route.split("/").at(-1) ?? "";
    await updateWebhook(db, services, { projectId: webhook.projectId, id }, { events: ["issue"] });
    begun.resolve();
    await told.promise;
  });
  await begun.promise;
  await webhook.emit(1);
  told.resolve();
  await changing;
  await soon(() => expect(numbers(webhook)).toEqual([1]));
});

test("after a week it is forgotten", async () => {
  const webhook = await newWebhook();
  await webhook.emit(1, 2);
  await soon(() => expect(numbers(webhook)).toEqual([1, 2]));
  const old = (await webhook.deliveries())[1];
  await sql`update webhook_deliveries set created_at = now() - interval '169 hours' where id = ${old.id}`.execute(
    platform.db,
  );
  await removeOldDeliveries(platform.db);
  expect((await webhook.deliveries()).map(({ id }: { id: string }) => id)).not.toContain(old.id);
  expect(await webhook.deliveries()).toHaveLength(1);
});
