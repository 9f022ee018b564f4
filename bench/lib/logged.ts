import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger, openStore, readPlatformConfig, type Store } from "@platform-mcp/platform";
import { Disposables } from "./disposables.ts";
import { days, fillLogs, midnight } from "./fill-logs.ts";
import { type PlatformProcess, startPlatformProcess } from "./platform-process.ts";
import { makeRepository } from "./repository.ts";

/** A platform with a week of logs, of a project and of others. */
export interface Logged extends AsyncDisposable {
  readonly url: string;
  readonly database: Store["pool"];
  readonly project: string;
  readonly token: string;
}

/** Days of so many rows the platform comes to index by their text. */
const indexedFrom = 200_000;

/** Starts a platform, fills it with so many logs, and waits until it has made its indexes. */
export async function openLogged(rows: number): Promise<Logged> {
  return await Disposables.open(async (opened) => {
    const platform = opened.use(await startPlatformProcess());
    const project = await platform.importRepository(await makeRepository(join(platform.directory, "a")), "bench");
    const token = await platform.createToken(["observe:read", "observe:write"], "bench");
    const store = await openStore(readPlatformConfig({ PLATFORM_DATA: platform.data }), {
      mode: "guest",
      logger: createLogger("silent", 1),
    });
    opened.use({ [Symbol.asyncDispose]: () => store.close() });
    await sendEachDay(platform, token);
    await fillLogs(store.pool, project, rows);
    if (rows / days >= indexedFrom) await untilIndexed(store.pool);
    return { url: platform.url, database: store.pool, project, token };
  });
}

/** A log a day, so that the platform has made a table for each. */
async function sendEachDay({ url }: PlatformProcess, token: string): Promise<void> {
  const logRecords = Array.from({ length: days }, (_, day) => ({
    timeUnixNano: `${midnight(day).getTime()}000000`,
    body: { stringValue: "The day begins" },
  }));
  const response = await fetch(`${url}/v1/logs`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] }),
  });
  if (!response.ok) throw new Error(`POST /v1/logs: ${response.status} ${await response.text()}`);
}

async function untilIndexed(pool: Store["pool"]): Promise<void> {
  const indexes = `select from pg_index join pg_class on pg_class.oid = indexrelid join pg_am on pg_am.oid = relam
    where amname = 'gin' and indisvalid and indrelid::regclass::text like 'telemetry_logs_%'`;
  while ((await pool.query(indexes)).rowCount !== days) await delay(1000);
  await pool.query("vacuum analyze telemetry_logs");
}
