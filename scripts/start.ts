import { requireNode } from "./lib/node-version.ts";

requireNode("start");
// Only now: what it imports does not even load on an old Node.
const { start } = await import("./lib/start/start.ts");
await start(process.argv.slice(2));
