import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import {
  bundlePath,
  type Domain,
  definitionTokens,
  domains,
  findBundles,
  type Role,
  roles,
} from "@platform-mcp/runner";
import { build } from "../build/build.ts";
import { root } from "../build/paths.ts";
import {
  listedTools,
  type RoleDoc,
  type RoleShare,
  type ServerDoc,
  serverRecord,
  type ToolReference,
} from "./tool-docs.ts";

const run = promisify(execFile);

/** Any project: bound to one, which is how sessions run, a server does not show `project_id`. */
const boundTo = { PROJECT_ID: "00000000-0000-4000-8000-000000000000" };

/** Reads the tool reference from the servers' records and from what their bundles, built for it, offer. */
export async function readReference(): Promise<ToolReference> {
  const { outDir } = await build();
  const serversDir = join(outDir, "servers");
  const { present } = await findBundles(serversDir, domains);
  return {
    domains,
    roles: await Promise.all([...roles.values()].map((role) => readRole(role, serversDir, present))),
    servers: await Promise.all(present.map((domain) => readServer(domain, serversDir))),
  };
}

async function offeredTools(bundle: string, env: Readonly<Record<string, string>>) {
  const { stdout } = await run(process.execPath, [bundle, "--list-tools", "--json"], { env: { ...boundTo, ...env } });
  return listedTools.parse(JSON.parse(stdout)).tools.map((tool) => ({ ...tool, tokens: definitionTokens(tool) }));
}

async function readServer(domain: Domain, serversDir: string): Promise<ServerDoc> {
  const { tools, ...server } = await readRecord(domain);
  const records = new Map(tools.map((tool) => [tool.name, tool]));
  const offered = await offeredTools(bundlePath(serversDir, domain), {});
  return {
    ...server,
    tools: offered.map((tool) => {
      const record = records.get(tool.name);
      if (record === undefined) throw new Error(`the bundle of ${domain} offers ${tool.name}, its source does not`);
      return { ...tool, scope: record.scope, uses: record.uses };
    }),
  };
}

/** The record that a server's package exports under the name of its domain. */
async function readRecord(domain: Domain) {
  // The scripts depend on no server: there are as many as there are packages. Each is entered through its exports.
  const own = createRequire(join(root, "packages", `server-${domain}`, "package.json"));
  const exported: Record<string, unknown> = await import(
    pathToFileURL(own.resolve(`@platform-mcp/server-${domain}`)).href
  );
  return serverRecord.parse(exported[domain]);
}

async function readRole(role: Role, serversDir: string, present: readonly Domain[]): Promise<RoleDoc> {
  const share = async (domain: Domain): Promise<RoleShare | undefined> => {
    if (!present.includes(domain)) return undefined;
    const tools = await offeredTools(bundlePath(serversDir, domain), role.defaults);
    return { tools: tools.length, tokens: tools.reduce((sum, { tokens }) => sum + tokens, 0) };
  };
  const servers = await Promise.all(role.servers.map(async (domain) => [domain, await share(domain)] as const));
  return { name: role.name, servers: new Map(servers), defaults: role.defaults };
}
