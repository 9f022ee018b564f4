import { parseArgs } from "node:util";
import { projects } from "@platform-mcp/client/contract";
import { importCommand } from "./cli/import.ts";
import { serve } from "./cli/serve.ts";
import { stopPlatform } from "./cli/stop.ts";
import { tokenCommand } from "./cli/token.ts";
import { usage } from "./cli/usage.ts";
import { type PlatformConfig, readPlatformConfig } from "./config.ts";
import { UserError } from "./user-error.ts";
import { version } from "./version.ts";

const options = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  data: { type: "string" },
  listen: { type: "string" },
  name: { type: "string" },
  owner: { type: "string", default: "admin" },
  user: { type: "string", default: "admin" },
  visibility: { type: "string", default: "private" },
  scopes: { type: "string", default: "" },
  project: { type: "string" },
  "expires-in-days": { type: "string", default: "90" },
} as const;

type Flags = ReturnType<typeof parse>["values"];

function parse() {
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message : String(error)} See platform --help.`);
  }
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parse();
  if (flags.help) return void process.stdout.write(usage);
  if (flags.version) return void process.stdout.write(`platform ${version}\n`);
  const config = readPlatformConfig({
    ...process.env,
    ...(flags.data !== undefined && { PLATFORM_DATA: flags.data }),
    ...(flags.listen !== undefined && { PLATFORM_LISTEN: flags.listen }),
  });
  await run(positionals, flags, config);
}

async function run([command, ...rest]: readonly string[], flags: Flags, config: PlatformConfig): Promise<void> {
  const [first, ...more] = rest;
  if (command === "start" && first === undefined) return await serve(config);
  if (command === "stop" && first === undefined) {
    const stopped = await stopPlatform(config.dataDirectory);
    return void process.stderr.write(stopped ? "stopped\n" : `no platform serves from ${config.dataDirectory}\n`);
  }
  if (command === "import" && first !== undefined && more.length === 0) {
    const visibility = projects.visibility.safeParse(flags.visibility);
    if (!visibility.success) throw new UserError("--visibility must be private, internal or public");
    return await importCommand(config, {
      source: first,
      name: flags.name,
      owner: flags.owner,
      visibility: visibility.data,
    });
  }
  if (command === "token" && first === "create" && more.length === 0) return await createToken(flags, config);
  throw new UserError(
    `${command === undefined ? "no command given" : `unknown command ${[command, ...rest].join(" ")}`}. See platform --help.`,
  );
}

async function createToken(flags: Flags, config: PlatformConfig): Promise<void> {
  if (flags.name === undefined) throw new UserError("token create needs --name, so that people can tell tokens apart");
  const expiresInDays = Number(flags["expires-in-days"]);
  if (!Number.isInteger(expiresInDays) || expiresInDays < 1 || expiresInDays > 365) {
    throw new UserError("--expires-in-days must be a whole number from 1 to 365");
  }
  const scopes = flags.scopes.split(",").filter((scope) => scope !== "");
  await tokenCommand(config, { name: flags.name, user: flags.user, scopes, project: flags.project, expiresInDays });
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`platform: ${error.message}\n`);
  process.exitCode = 1;
}
