import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { seed, seededRandom } from "../lib/seeded-random.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
/** Records of one request. */
const atOnce = 50;

let platform: PushedPlatform;
beforeAll(async () => {
  platform = await startPushedPlatform();
});
afterAll(() => platform[Symbol.asyncDispose]());

/** By the kind of telemetry: the records of a request, of which each says which request it is of. */
const requests = {
  logs: (name: string) => {
    const logRecords = Array.from({ length: atOnce }, () => ({ body: { stringValue: name } }));
    return { resourceLogs: [{ scopeLogs: [{ logRecords }] }] };
  },
  traces: (name: string) => {
    const timeUnixNano = nanoseconds();
    const traceId = randomBytes(16).toString("hex");
    const spans = Array.from({ length: atOnce }, () => ({
      ...{ traceId, spanId: randomBytes(8).toString("hex"), name },
      ...{ startTimeUnixNano: timeUnixNano, endTimeUnixNano: timeUnixNano },
    }));
    return { resourceSpans: [{ scopeSpans: [{ spans }] }] };
  },
  metrics: (name: string) => {
    const timeUnixNano = nanoseconds();
    const dataPoints = Array.from({ length: atOnce }, (_, asInt) => ({ timeUnixNano, asInt }));
    return { resourceMetrics: [{ scopeMetrics: [{ metrics: [{ name, gauge: { dataPoints } }] }] }] };
  },
};
type Kind = keyof typeof requests;

function nanoseconds(): string {
  return String(BigInt(Date.now()) * 1_000_000n);
}

/** Sends one request after the other until the signal, and each until it is acknowledged; gives which were. */
async function send(sender: number, kind: Kind, signal: AbortSignal): Promise<readonly string[]> {
  const acknowledged: string[] = [];
  while (!signal.aborted) {
    const name = `${kind}-${sender}-${acknowledged.length}`;
    const body = JSON.stringify(requests[kind](name));
    while (!signal.aborted) {
      const status = await post(kind, body);
      if (status === 200) acknowledged.push(name);
      if (status === 200) break;
      // Away, starting, or busy: anything else is a fault.
      expect([undefined, 503]).toContain(status);
      await delay(20);
    }
  }
  return acknowledged;
}

async function post(kind: Kind, body: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  try {
    const response = await fetch(`${platform.served.url}/v1/${kind}`, { method: "POST", headers, body });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return undefined;
  }
}

/** The requests of which records are stored, with how many are. */
async function storedRequests(): Promise<ReadonlyMap<string, number>> {
  return await platform.look(async (db) => {
    const count = db.fn.countAll<number>().as("count");
    const rows = [
      ...(await db.selectFrom("telemetry_logs").groupBy("message").select(["message as name", count]).execute()),
      ...(await db.selectFrom("telemetry_spans").groupBy("name").select(["name", count]).execute()),
      ...(await db
        .selectFrom("telemetry_points")
        .innerJoin("telemetry_series", "telemetry_series.id", "series_id")
        .groupBy("name")
        .select(["name", count])
        .execute()),
    ];
    const ours = rows.filter(({ name }) => /^(logs|traces|metrics)-\d-\d+$/.test(name));
    return new Map(ours.map(({ name, count: found }) => [name, Number(found)]));
  });
}

test(`kill -9 under 4 senders of telemetry: nothing acknowledged is lost (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 120_000 + rounds * 60_000,
}, async () => {
  const random = seededRandom(seed);
  const stopping = new AbortController();
  const kinds: readonly Kind[] = ["logs", "traces", "metrics", "logs"];
  const senders = kinds.map((kind, sender) => send(sender, kind, stopping.signal));
  for (let round = 0; round < rounds; round++) {
    await delay(200 + random() * 3000);
    const withDatabase = random() < 0.3;
    await platform.served.killPlatform();
    if (withDatabase) await platform.served.killPostgres();
    await platform.served.start();
  }
  await delay(500);
  stopping.abort();
  const acknowledged = (await Promise.all(senders)).flat();
  const stored = await storedRequests();
  expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  // A request is stored whole or not at all; more than once when nobody knew whether it was.
  expect([...stored].filter(([, count]) => count % atOnce !== 0)).toEqual([]);
  expect(acknowledged.length).toBeGreaterThan(rounds);
  const twice = [...stored.values()].filter((count) => count > atOnce).length;
  process.stdout.write(`${rounds} kills, ${acknowledged.length} requests acknowledged, ${twice} stored twice\n`);
});
