import { join } from "node:path";
import { parseArgs } from "node:util";
import { stopSignal, UserError } from "@platform-mcp/platform";
import { bundlePath, chooseRole, roles } from "@platform-mcp/runner";
import { build } from "../build/build.ts";
import { scopesOf } from "../start/role-scopes.ts";
import { openShell } from "./agent-shell.ts";
import type { Reviewer } from "./hands.ts";
import { connectHands } from "./mcp-hands.ts";
import { Narrator } from "./narrator.ts";
import { setStage } from "./stage.ts";
import { story } from "./story.ts";

const usage = `demo: an agent's whole job, from an issue to its merge, in this terminal

  npx --yes pnpm@12.21.0 demo

Starts a platform of its own in a temporary directory, and does with the servers of role dev and git what an agent does:
read an issue, push a test, watch its pipeline fail, find out why, fix it, open a merge request, answer the review,
merge. Its reviewer opens the branch's preview, and production. Shows each call and what a model would read. Nothing is
left afterwards.
`;

/** The `demo` command. */
export async function demo(args: readonly string[]): Promise<void> {
  try {
    if (readArguments(args).help) process.stdout.write(usage);
    else await run();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    process.stderr.write(`demo: ${error.message}\n`);
    process.exitCode = 1;
  }
}

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: { help: { type: "boolean", short: "h", default: false } } }).values;
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)}. See --help.`);
  }
}

async function run(): Promise<void> {
  const write = (text: string) => void process.stdout.write(text);
  const { outDir } = await build({ onProgress: (line) => write(`${line}\n`) });
  const started = performance.now();
  const role = chooseRole(roles, "dev");
  const serversDir = join(outDir, "servers");
  const bundles = role.servers.map((domain) => bundlePath(serversDir, domain));
  write("starting a platform\n");
  await using stage = await setStage(await scopesOf(bundles, role.defaults));
  const shell = await openShell(stage);
  const narrator = new Narrator(write);
  await using hands = await connectHands({ serversDir, domains: role.servers, shell, narrator });
  const reviewer = narrated(stage.reviewer, narrator);
  const stopped = stopSignal().then(() => "stopped" as const);
  const ended = await Promise.race([story(hands, reviewer), stopped]);
  if (ended === "stopped") {
    write("\nstopped\n");
    process.exitCode = 130;
    return;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  write(`\nFrom the issue to production in ${seconds} s. Now with your own agent: npx --yes pnpm@12.21.0 start\n`);
}

/** The reviewer, whose visits are told. */
function narrated(reviewer: Reviewer, narrator: Narrator): Reviewer {
  return {
    ...reviewer,
    opens: async (address) => {
      const visited = await reviewer.opens(address);
      narrator.visit(address, visited);
      return visited;
    },
  };
}
