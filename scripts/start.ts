import { nodeProblem } from "./lib/node-version.ts";

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`start: ${problem}\n`);
  process.exit(1);
}
// Only now: what it imports does not even load on an old Node.
const { start } = await import("./lib/start/start.ts");
await start(process.argv.slice(2));
