import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  createLogger,
  LogTap,
  type Platform,
  type PlatformConfig,
  readPlatformConfig,
  showProgress,
  startPlatform,
  stopSignal,
  UserError,
} from "@platform-mcp/platform";
import {
  bundlePath,
  chooseRole,
  doctorTable,
  loadRoles,
  mcpConfig,
  type Role,
  RunnerError,
  runDoctor,
} from "@platform-mcp/runner";
import { build } from "../build/build.ts";
import { agentFiles } from "./agent-files.ts";
import { readStartArguments, type StartArguments, usage } from "./arguments.ts";
import { guide } from "./guide.ts";
import { prepareProject } from "./project.ts";
import { scopesOf } from "./role-scopes.ts";
import { prepareToken } from "./token.ts";

/** The `start` command: everything set up, the platform running, a role's servers checked against it; until Ctrl-C. */
export async function start(args: readonly string[]): Promise<void> {
  try {
    const options = readStartArguments(args);
    if (options.help) process.stdout.write(usage);
    else await run(options);
  } catch (error) {
    if (!(error instanceof UserError || error instanceof RunnerError)) throw error;
    process.stderr.write(`start: ${error.message}\n`);
    process.exitCode = 1;
  }
}

const say = (line: string) => process.stdout.write(`${line}\n`);

async function run({ repo, role: roleName, port }: StartArguments): Promise<void> {
  const role = chooseRole(await loadRoles(process.env), roleName);
  const config = configuration(port);
  const { outDir } = await build({ onProgress: say });

  const stopping = new AbortController();
  const stopped = stopSignal().then(() => stopping.abort());
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });
  say("starting the platform");
  const log = join(config.dataDirectory, "platform.log");
  const logTap = new LogTap();
  const platform = await startPlatform(config, createLogger(config.logLevel, log, logTap), { logTap });
  try {
    const setup = { platform, config, role, repo, serversDir: join(outDir, "servers"), log, signal: stopping.signal };
    // Whoever stops it while it still sets up does not wait for that.
    await Promise.race([prepare(setup), stopped]);
    await stopped;
    say("\nstopping");
  } finally {
    await platform.close();
  }
}

function configuration(port: number | undefined): PlatformConfig {
  const config = readPlatformConfig(process.env);
  return port === undefined ? config : { ...config, port };
}

interface Setup {
  readonly platform: Platform;
  readonly config: PlatformConfig;
  readonly role: Role;
  readonly repo: string | undefined;
  readonly serversDir: string;
  readonly log: string;
  readonly signal: AbortSignal;
}

/** A project, a token for it, the files that connect a host, and the doctor's word on whether it all works. */
async function prepare({ platform, config, role, repo, serversDir, log, signal }: Setup): Promise<void> {
  const project = await prepareProject(platform, { repo, say, onProgress: showProgress, signal });
  const files = agentFiles(config.dataDirectory);
  const bundles = role.servers.map((domain) => bundlePath(serversDir, domain));
  const token = await prepareToken(platform.db, {
    role: role.name,
    project,
    scopes: await scopesOf(bundles, role.defaults),
    crossProject: role.defaults.PLATFORM_CROSS_PROJECT === "1",
    known: await files.knownToken(),
  });
  const environment = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
  await files.write(mcpConfig({ role, domains: role.servers, serversDir, node: process.execPath }), environment);

  say(`checking the servers of role ${role.name}`);
  const env = { ...process.env, ...environment };
  const report = await runDoctor({ role, serversDir, node: process.execPath, allowMissing: false, env });
  say(`\n${doctorTable(report).trimEnd()}`);
  say(guide({ url: platform.url, project, log, bundle: bundles[0] ?? "", ...files }));
}
