import { nodeProblem } from "./lib/node-version.ts";

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`demo: ${problem}\n`);
  process.exit(1);
}
// Only now: what it imports does not even load on an old Node.
const { demo } = await import("./lib/demo/demo.ts");
await demo(process.argv.slice(2));
