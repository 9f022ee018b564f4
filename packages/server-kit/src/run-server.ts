import { parseArgs } from "node:util";
import {
  type ClientConfig,
  ConfigError,
  createClient,
  type PlatformClient,
  readConfig,
  type Timeouts,
} from "@platform-mcp/client";
import * as z from "zod";
import { build } from "./build-info.ts";
import { check } from "./cli/check.ts";
import { checkText } from "./cli/check-text.ts";
import { helpText } from "./cli/help.ts";
import { describeTool, listToolsText } from "./cli/list-tools.ts";
import { OpenQuestions } from "./confirm/open-questions.ts";
import { instructionsFor } from "./serve/instructions.ts";
import { serve } from "./serve/serve.ts";
import type { ServerDefinition } from "./server-definition.ts";
import { catalogue } from "./tools/catalogue.ts";
import { readToolOptions } from "./tools/options.ts";
import { projectScope } from "./tools/project-scope.ts";
import { readSettings } from "./tools/settings.ts";
import { readVariable } from "./tools/variable.ts";
import { isSpanRefusal, sendSpans } from "./tracing/send-spans.ts";
import { ToolSpans } from "./tracing/tool-spans.ts";

/** Somebody waits for the answer: a platform that is down is not waited for as a call of an agent would. */
const checkTimeouts = { deadline: 1500, headers: 5000 };

/** The exit code of a wrong command line or environment. */
const misconfigured = 2;

const flags = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean" },
  "list-tools": { type: "boolean" },
  check: { type: "boolean" },
  json: { type: "boolean" },
} as const;

/** Runs a server's program: answers the flag it was given, or serves its tools over stdio until the host goes away. */
export async function runServer(definition: ServerDefinition): Promise<void> {
  try {
    await run(definition);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${definition.name}: ${error.message}\n`);
    process.exitCode = misconfigured;
  }
}

async function run(definition: ServerDefinition): Promise<void> {
  const flag = parseFlags();
  const say = (text: string) => process.stdout.write(text);
  if (flag.help) return void say(helpText(definition));
  if (flag.version) return void say(`${definition.name} ${build.version} (${build.commit})\n`);
  const options = readToolOptions(process.env);
  if (flag["list-tools"]) {
    const tools = catalogue(definition.tools, options, projectScope(readProjectId(), options));
    return void say(
      flag.json ? toJson(definition, { tools: [...tools.values()].map(describeTool) }) : listToolsText(tools),
    );
  }
  const config = readConfig(process.env);
  const settings = readSettings(definition.settings ?? [], process.env);
  const scope = projectScope(config.projectId, options);
  const tools = catalogue(definition.tools, options, scope);
  const client = lazyClient(definition, config, flag.check ? checkTimeouts : {});
  if (flag.check) {
    const report = await check(client.get(), config, tools);
    say(flag.json ? toJson(definition, report) : checkText(report));
    process.exitCode = report.ok ? 0 : 1;
    return await client.close();
  }
  const spans = new ToolSpans({
    service: definition.name,
    version: build.version,
    sessionId: readSessionId(),
    send: (body) => sendSpans(client.get(), body),
    isRefusal: isSpanRefusal,
  });
  serve({
    name: definition.name,
    version: build.version,
    instructions: instructionsFor(definition.instructions, scope),
    tools,
    scope,
    options,
    settings,
    questions: new OpenQuestions(),
    client: client.get,
    spans,
    onEnd: async () => {
      await spans.close();
      await client.close();
    },
  });
}

function parseFlags() {
  const flag = readFlags();
  const modes = Object.keys(flag).filter((name) => name !== "json");
  if (modes.length > 1) throw new ConfigError(`--${modes.join(" and --")} do not go together. See --help.`);
  if (flag.json && !flag["list-tools"] && !flag.check) {
    throw new ConfigError("--json goes with --list-tools or --check. See --help.");
  }
  return flag;
}

function readFlags() {
  try {
    return parseArgs({ options: flags, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message.split("\n")[0] : error} See --help.`);
  }
}

/** The project, where nothing else of the configuration is needed. */
function readProjectId(): string | undefined {
  return readConfig({ PROJECT_ID: process.env.PROJECT_ID, PLATFORM_API_TOKEN: "none" }).projectId;
}

/** The agent session on the platform. A host's own session, which the client names in its requests, is no trace there. */
function readSessionId(): string | undefined {
  const id = readVariable(process.env, "PLATFORM_SESSION_ID");
  return z.guid().safeParse(id).data;
}

function toJson({ name }: ServerDefinition, content: object): string {
  return `${JSON.stringify({ server: name, ...build, ...content }, null, 2)}\n`;
}

/** The client is made by the first call: a host that only lists tools does not wait for it. */
function lazyClient({ name }: ServerDefinition, config: ClientConfig, timeouts: Partial<Timeouts>) {
  let client: PlatformClient | undefined;
  return {
    get: () => {
      client ??= createClient({
        config,
        timeouts,
        product: `${name}/${build.version}+${build.commit}`,
        warn: (line) => process.stderr.write(`${name}: ${line}\n`),
      });
      return client;
    },
    close: async () => client?.close(),
  };
}
