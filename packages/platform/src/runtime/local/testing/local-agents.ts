import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { AgentOutput, AgentPlan, RunningAgent } from "../../agent.ts";
import type { Runtime } from "../../runtime.ts";
import { createLocalRuntime, type LocalRuntimeOptions } from "../local-runtime.ts";

/** In the place of the runner: says how it is called, and does what `CLONE` and `RUN` say, as shell scripts. */
const runner = `
const { spawn } = require("node:child_process");
const [command, ...options] = process.argv.slice(2);
const script = command === "clone" ? process.env.CLONE : process.env.RUN;
let asked = false;
process.on("SIGTERM", () => { if (!asked) process.stdout.write("asked to end\\n"); asked = true; });
process.stdout.write(command + " " + JSON.stringify(options) + "\\n");
const child = spawn("/bin/sh", ["-c", script ?? ":"], { cwd: process.env.WORKSPACE, stdio: "inherit" });
child.on("exit", (code, signal) => process.exit(signal === null ? code : 99));
`;

export interface AgentToRun extends Partial<AgentPlan> {
  readonly starting?: (name: string | null) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface StartedTestAgent extends RunningAgent {
  readonly outputs: readonly AgentOutput[];
  /** What it has printed so far, in one stage or all. */
  text(stage?: AgentOutput["stage"]): string;
}

/** A local runtime on a temporary data directory, with stand-ins for the runner and Claude Code. */
export interface LocalAgentsScene extends AsyncDisposable {
  readonly runtime: Runtime;
  readonly dataDirectory: string;
  /** Whether agents run in namespaces here. */
  readonly isIsolated: boolean;
  start(agent: AgentToRun): Promise<StartedTestAgent>;
  /** Puts the file `go` into every work tree. */
  letGo(): Promise<void>;
  /** What is left of all agents, as paths below the data directory. */
  left(): Promise<readonly string[]>;
}

export async function openLocalAgents(
  options: Partial<LocalRuntimeOptions> = {},
  site: Partial<LocalRuntimeOptions["agents"]> = {},
): Promise<LocalAgentsScene> {
  const directory = await mkdtemp(join(tmpdir(), "platform-agents-"));
  const dataDirectory = join(directory, 'it\'s \\ a #1 "$HOME" ä');
  const bundles = join(directory, "dist");
  const programs = join(directory, "bin");
  for (const path of [dataDirectory, join(bundles, "servers"), programs]) await mkdir(path, { recursive: true });
  await writeFile(join(bundles, "runner.js"), runner);
  await writeFile(join(programs, "claude"), "#!/bin/sh\n");
  await chmod(join(programs, "claude"), 0o755);
  await writeFile(join(dataDirectory, "agent.env"), "PLATFORM_API_TOKEN=very-secret\n", { mode: 0o600 });
  let logged = false;
  const logger = {
    warn: () => {
      logged = true;
    },
  };
  const path = `${programs}:${process.env.PATH}`;
  const agents = { platformUrl: "http://127.0.0.1:1", bundles, path, ...site };
  const runtime = await createLocalRuntime({ dataDirectory, databaseUrl: undefined, logger, agents, ...options });
  return {
    runtime,
    dataDirectory,
    isIsolated: options.useNamespaces !== false && !logged,
    async start({ starting = async () => {}, signal = new AbortController().signal, ...agent }) {
      const outputs: AgentOutput[] = [];
      const output = async (printed: AgentOutput) => void outputs.push(printed);
      const running = await runtime.startAgent({ ...plan, ...agent }, { output, starting }, signal);
      const text = (stage?: AgentOutput["stage"]) =>
        Buffer.concat(outputs.filter((one) => one.stage === (stage ?? one.stage)).map(({ chunk }) => chunk)).toString();
      // Its verbs are those of a class.
      return Object.assign(running, { outputs, text });
    },
    async letGo() {
      const rooms = join(dataDirectory, "steps");
      const [instance = ""] = await readdir(rooms);
      for (const room of await readdir(join(rooms, instance))) {
        await writeFile(join(rooms, instance, room, "tree", "go"), "").catch(() => {});
      }
    },
    async left() {
      const below = async (parent: string) => await readdir(join(dataDirectory, parent)).catch(() => []);
      const [instance = ""] = await below("steps");
      return [...(await below(join("steps", instance))), ...(await below("rescued"))];
    },
    [Symbol.asyncDispose]: () => rm(dirname(dataDirectory), { recursive: true, force: true }),
  };
}

const plan: AgentPlan = {
  sessionId: "5f0c1c5e-0000-4000-8000-000000000001",
  projectId: "p",
  image: "none",
  setupCommands: [],
  environment: {},
  secrets: {},
  clone: { path: "/ada/p.git", user: "agent-5f0c1c5e", branch: "agent/5f0c1c5e", defaultBranch: "main" },
  options: [],
  prompt: "do it",
  mostSeconds: 600,
};
