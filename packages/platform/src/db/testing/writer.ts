/**
 * A program for tests: opens the database in the data directory (first argument) as `owner` or `guest` (second), says so
 * with the rows that are there, and obeys lines on stdin: `write` inserts rows and says each one that was acknowledged,
 * `close` closes and exits. What it says is one JSON object a line.
 */
import { createInterface } from "node:readline";
import { openDatabase } from "../open.ts";

const [, , dataDirectory = "", mode] = process.argv;
const WRITERS = 3;

function say(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

async function main(): Promise<void> {
  const begin = performance.now();
  const { pool, close } = await openDatabase(
    { url: undefined, dataDirectory },
    { mode: mode === "guest" ? "guest" : "owner", onEvent: (event) => say({ event }) },
  );
  const milliseconds = performance.now() - begin;
  await pool.query("CREATE TABLE IF NOT EXISTS acknowledged (id bigint PRIMARY KEY)");
  const { rows } = await pool.query<{ id: number }>("SELECT id FROM acknowledged");
  const ids = rows.map(({ id }) => id);
  say({ ready: { milliseconds, ids } });

  let next = Math.max(0, ...ids) + 1;
  const write = async () => {
    for (;;) {
      const id = next++;
      try {
        await pool.query("INSERT INTO acknowledged (id) VALUES ($1)", [id]);
        say({ acknowledged: id });
      } catch (error) {
        say({ refused: String(error) });
      }
    }
  };
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "write") {
      Array.from({ length: WRITERS }, write);
    } else if (line === "close") {
      await close();
      say({ closed: true });
      process.exit(0);
    }
  }
}

main().catch((error: unknown) => {
  say({ failed: error instanceof Error ? { name: error.name, message: error.message } : { message: String(error) } });
  process.exit(1);
});
