import { requireNode } from "./lib/node-version.ts";

requireNode("demo");
// Only now: what it imports does not even load on an old Node.
const { demo } = await import("./lib/demo/demo.ts");
await demo(process.argv.slice(2));
