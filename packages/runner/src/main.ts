import { parseArgs } from "node:util";
import { build } from "./build-info.ts";
import { findBundles, requireBundles } from "./bundles.ts";
import { chooseRole } from "./choose-role.ts";
import { runDoctor } from "./doctor/run-doctor.ts";
import { doctorTable } from "./doctor/table.ts";
import { toolTable } from "./doctor/tool-table.ts";
import { helpText } from "./help.ts";
import { mcpConfig, serverName } from "./mcp-config.ts";
import type { Role } from "./roles.ts";
import { loadRoles } from "./roles-file.ts";
import { readClaudeCommand } from "./run/claude-arguments.ts";
import { cloneRepository } from "./run/clone-repository.ts";
import { runSession } from "./run/run-session.ts";
import { exitCode, RunnerError } from "./runner-error.ts";
import { serversDirectory } from "./servers-directory.ts";

const flags = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  role: { type: "string" },
  servers: { type: "string" },
  node: { type: "string" },
  "allow-missing": { type: "boolean" },
  json: { type: "boolean" },
} as const;

type Flags = ReturnType<typeof readCommandLine>["values"];

async function run(args: readonly string[]): Promise<number> {
  const session = sessionArguments(args);
  if (session !== undefined) return await startSession(session);
  const { values, positionals } = readCommandLine();
  if (values.help) return say(helpText);
  if (values.version)
    return say(`runner ${build === undefined ? "(from source)" : `${build.version} (${build.commit})`}\n`);
  const [command, ...rest] = positionals;
  if (rest.length > 0) throw new RunnerError("usage", `unexpected argument ${JSON.stringify(rest[0])}; see --help`);
  if (command === "clone") return await clone();
  if (command === "config") return await config(values);
  if (command === "doctor") return await doctor(values);
  throw new RunnerError(
    "usage",
    command === undefined
      ? "which command? run, clone, config or doctor; see --help"
      : `no command ${JSON.stringify(command)}; see --help`,
  );
}

/**
 * The arguments of `run`, which is what is meant when Claude Code's options come first: so a container's arguments are
 * Claude Code's own. Undefined for another command.
 */
function sessionArguments(args: readonly string[]): readonly string[] | undefined {
  const [first] = args;
  if (first === "run") return args.includes("--help") || args.includes("-h") ? undefined : args.slice(1);
  if (first === undefined || !first.startsWith("-")) return undefined;
  return ["-h", ...Object.keys(flags).map((name) => `--${name}`)].includes(first.split("=", 1)[0] ?? "")
    ? undefined
    : args;
}

async function startSession(args: readonly string[]): Promise<number> {
  return await runSession({
    role: chooseRole(await loadRoles(process.env), process.env.AGENT_ROLE),
    serversDir: serversDirectory(process.env.MCP_SERVERS_DIR?.trim() || undefined),
    allowMissing: process.env.MCP_ALLOW_MISSING === "1",
    node: process.execPath,
    command: await readClaudeCommand(args, process.env.PROMPT_FILE?.trim() || undefined),
    env: process.env,
    cwd: process.cwd(),
  });
}

async function clone(): Promise<number> {
  await cloneRepository({ env: process.env, cwd: process.cwd() });
  return exitCode.ok;
}

function readCommandLine() {
  try {
    return parseArgs({ options: flags, allowPositionals: true });
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : String(error)).split("\n");
    throw new RunnerError("usage", `${reason} See --help.`);
  }
}

async function config(values: Flags): Promise<number> {
  if (values.json) throw new RunnerError("usage", "--json is an option of doctor; config prints JSON anyway");
  const role = await readRole(values);
  const serversDir = serversDirectory(values.servers);
  const { present, missing } = await findBundles(serversDir, role.servers);
  if (!values["allow-missing"]) requireBundles(serversDir, missing);
  if (missing.length > 0) {
    process.stderr.write(`runner: not in this build: ${missing.map(serverName).join(", ")}\n`);
  }
  const content = mcpConfig({ role, domains: present, serversDir, node: values.node ?? "node" });
  return say(`${JSON.stringify(content, null, 2)}\n`);
}

async function doctor(values: Flags): Promise<number> {
  const report = await runDoctor({
    role: await readRole(values),
    serversDir: serversDirectory(values.servers),
    node: values.node ?? "node",
    env: process.env,
    allowMissing: values["allow-missing"] ?? false,
  });
  // What is wrong and whether it is ready stand last, where a terminal shows them.
  const tools = toolTable(report);
  const forPeople = `${tools}${tools === "" ? "" : "\n"}${doctorTable(report)}`;
  say(values.json ? `${JSON.stringify(report, null, 2)}\n` : forPeople);
  return report.ok ? exitCode.ok : exitCode.failed;
}

async function readRole(values: Flags): Promise<Role> {
  return chooseRole(await loadRoles(process.env), values.role ?? process.env.AGENT_ROLE);
}

function say(text: string): number {
  process.stdout.write(text);
  return exitCode.ok;
}

// Not awaited: the bundle is CommonJS, which has no top-level await. A defect still ends the process with its stack.
void run(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    if (!(error instanceof RunnerError)) throw error;
    process.stderr.write(`runner: ${error.message}\n`);
    process.exitCode = error.exitCode;
  },
);
