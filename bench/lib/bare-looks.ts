/**
 * A program: what looking at as many previews takes by itself. In a minute it reads each of the rows in the data
 * directory of a platform once, and asks the web process that listens on a port for an answer; for ever.
 */
import { once } from "node:events";
import { request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { createLogger, openStore, readPlatformConfig } from "@platform-mcp/platform";
import pg from "pg";

const [count = "", port = ""] = process.argv.slice(2);

const store = await openStore(readPlatformConfig(process.env), { mode: "guest", logger: createLogger("error", 2) });
const { options } = store.pool;
const client = new pg.Client({ ...options, password: options.password });
await client.connect();
const { rows } = await client.query("select id from workloads limit $1", [Number(count)]);
process.stdout.write("ready\n");
for (;;) {
  if (rows.length === 0) await delay(60_000);
  for (const { id } of rows) {
    await client.query("select * from workloads where id = $1", [id]);
    const [response] = await once(request({ host: "127.0.0.1", port, agent: false }).end(), "response");
    response.destroy();
    await delay(60_000 / rows.length);
  }
}
