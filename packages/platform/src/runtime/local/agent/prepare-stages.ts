import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentEvents, AgentPlan, AgentStage } from "../../agent.ts";
import type { LocalServices } from "../local-services.ts";
import { prepareRuns, type Start } from "../prepare-runs.ts";
import type { Room } from "../room.ts";
import { quote } from "../start-script.ts";
import type { AgentPrograms } from "./agent-programs.ts";

/** A part of an agent's life; a stage may have several. */
export interface StagePart {
  readonly stage: AgentStage;
  readonly start: Start;
  /** What became of it, for the user, from how it ended; null where the exit code says all. */
  readonly failure: (how: string) => string | null;
}

export interface StageOptions {
  readonly programs: AgentPrograms;
  readonly plan: AgentPlan;
  readonly room: Room;
  readonly output: AgentEvents["output"];
  readonly platformUrl: string;
  /** The real path of the directory for what cannot be pushed. */
  readonly rescue: string;
}

/** Characters of a setup command that are shown when it failed. */
const commandShown = 200;

/** Prepares what an agent does one after the other: the clone, the setup commands, the agent itself. @throws StartError */
export async function prepareStages(
  services: LocalServices,
  options: StageOptions,
  saveSeconds: number,
): Promise<readonly StagePart[]> {
  const { programs, plan, room, rescue, output, platformUrl } = options;
  const promptFile = join(room.path, "prompt");
  await writeFile(promptFile, plan.prompt, { mode: 0o600 });
  const prepared = await prepareRuns(room, [{ path: rescue, isWritable: true }], services);
  const given = { ...plan.environment, ...plan.secrets };
  const environment = {
    PATH: programs.path,
    ...given,
    ...pastProxies(platformUrl, given),
    PLATFORM_API_URL: platformUrl,
    WORKSPACE: room.tree,
    RESCUE_DIR: rescue,
    MCP_SERVERS_DIR: programs.servers,
    DISABLE_AUTOUPDATER: "1",
  };
  const part = (stage: AgentStage, command: string, extra: Readonly<Record<string, string>> = {}) =>
    prepared({
      commands: [command],
      environment: { ...environment, ...extra },
      graceSeconds: stage === "agent" ? saveSeconds : services.graceSeconds,
      // What the runner has started ends in the way in which it sees to that, and what saves the work does not.
      asks: stage === "agent" ? "first" : "all",
      output: (chunk) => output({ stage, chunk, cursor: null }),
    });
  const runner = (...args: readonly string[]) =>
    `exec ${[process.execPath, programs.runner, ...args].map(quote).join(" ")}`;
  const { setupCommands } = plan;
  const setup = setupCommands.map((command, index): StagePart => {
    const shown = oneLine(command);
    const run = part("setup", command);
    const start: Start = async (signal) => {
      await output({ stage: "setup", chunk: Buffer.from(`+ ${shown}\n`), cursor: null });
      return await run(signal);
    };
    const failure = (how: string) => `Setup command ${index + 1} of ${setupCommands.length} ${how}: ${shown}`;
    return { stage: "setup", start, failure };
  });
  return [
    {
      stage: "clone",
      start: part("clone", runner("clone"), { CLONE_URL: cloneUrl(platformUrl, plan.clone.path) }),
      failure: (how) => `The clone of the repository ${how}`,
    },
    ...setup,
    {
      stage: "agent",
      start: part("agent", runner("run", ...plan.options), { PROMPT_FILE: promptFile }),
      failure: () => null,
    },
  ];
}

/** The platform is on this machine, which a proxy that leads elsewhere may not reach. */
function pastProxies(platformUrl: string, { no_proxy, NO_PROXY }: Readonly<Record<string, string>>) {
  const host = new URL(platformUrl).hostname.replace(/^\[|\]$/g, "");
  const known = no_proxy || NO_PROXY;
  const all = known ? `${known},${host}` : host;
  return { no_proxy: all, NO_PROXY: all };
}

function oneLine(command: string): string {
  const line = command.replace(/\s+/g, " ").trim();
  return line.length > commandShown ? `${line.slice(0, commandShown)}…` : line;
}

/** With names written as URLs have them. */
function cloneUrl(platformUrl: string, path: string): string {
  return new URL(`${platformUrl}${path}`).href;
}
