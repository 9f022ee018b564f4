import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  createLogger,
  type PlatformConfig,
  readPlatformConfig,
  showProgress,
  startPlatform,
  stopSignal,
  UserError,
} from "@platform-mcp/platform";
import {
  bundlePath,
  doctorTable,
  findBundles,
  loadRoles,
  mcpConfig,
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
  const stopped = stopSignal();
  const config = configuration(port);
  const { role, bundles, serversDir } = await buildRole(roleName);
  const log = join(config.dataDirectory, "platform.log");
  await mkdir(config.dataDirectory, { recursive: true, mode: 0o700 });

  say("starting the platform");
  const platform = await startPlatform(config, createLogger(config.logLevel, log));
  try {
    const project = await prepareProject(platform, repo, say, showProgress);
    const files = agentFiles(config.dataDirectory);
    const crossProject = role.defaults.PLATFORM_CROSS_PROJECT === "1";
    const paths = bundles.present.map((domain) => bundlePath(serversDir, domain));
    const scopes = await scopesOf(paths, role.defaults);
    const token = await prepareToken(platform.db, {
      role: roleName,
      project,
      scopes,
      crossProject,
      known: await files.knownToken(),
    });
    const environment = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
    await files.write(mcpConfig({ role, domains: bundles.present, serversDir, node: process.execPath }), environment);

    say(`checking the servers of role ${roleName}`);
    const env = { ...process.env, ...environment };
    const report = await runDoctor({ role, serversDir, node: process.execPath, allowMissing: true, env });
    process.stdout.write(`\n${doctorTable(report)}`);
    process.stdout.write(guide({ url: platform.url, project, log, bundle: paths[0] ?? "", ...files }));
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

async function buildRole(name: string) {
  const role = (await loadRoles(process.env)).get(name);
  if (role === undefined) throw new UserError(`there is no role ${name}; see --help`);
  const { outDir } = await build({ onProgress: say });
  const serversDir = join(outDir, "servers");
  return { role, serversDir, bundles: await findBundles(serversDir, role.servers) };
}
