import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import type { Benchmark } from "../lib/benchmark.ts";
import { Disposables } from "../lib/disposables.ts";
import { connections, Load, type NextRequest } from "../lib/load.ts";
import { NodeProcess } from "../lib/node-process.ts";
import { type PlatformProcess, startPlatformProcess, typescript } from "../lib/platform-process.ts";

const setting = `Asked by undici in the measuring process, ${connections} connections with a project each, in slices of a second; against bare Fastify in a process of the same Node, on the same database, which makes one query`;

/** What the boundary costs a read. */
export const authorisedRead = requests({
  name: "authorised-read",
  summary: `GET /api/projects/{id} with a token of the scope project:read. ${setting} and answers its row. The platform also looks up the token, its user and what they may do, counts the request, logs it in a line, and holds its answer against the contract; without traces.`,
  scopes: ["project:read"],
  next: (projects) => (connection) => {
    const id = projects[connection] ?? "";
    return { method: "GET", path: `/api/projects/${id}`, expected: id };
  },
});

/** What the boundary costs a write. */
export const auditedWrite = requests({
  name: "audited-write",
  summary: `PATCH /api/projects/{id} of the description with a token of the scope project:write; every answer is on disk. ${setting}, update … returning. The platform also does all that it does for a read, checks the body, and writes what the project was and became into the audit log in the same transaction; without traces.`,
  scopes: ["project:write"],
  next: (projects) => (connection, count) => {
    const description = `Described ${count} times`;
    const path = `/api/projects/${projects[connection] ?? ""}`;
    return { method: "PATCH", path, body: JSON.stringify({ description }), expected: description };
  },
});

interface Requests extends Pick<Benchmark, "name" | "summary"> {
  /** What the token may do. */
  readonly scopes: readonly string[];
  readonly next: (projects: readonly string[]) => NextRequest;
}

function requests({ name, summary, scopes, next }: Requests): Benchmark {
  return {
    name,
    summary,
    runs: 30,
    warmUp: 3,
    prepare: () =>
      Disposables.open(async (opened) => {
        const platform = opened.use(await startPlatformProcess());
        const projects = await createProjects(platform);
        const token = await platform.createToken(scopes);
        const bare = opened.use(new NodeProcess([...typescript, bareServer], await databaseOf(platform)));
        const json = { "content-type": "application/json" };
        const bareLoad = opened.use(new Load(await bare.readTo("\n"), json, next(projects)));
        const headers = { ...json, authorization: `Bearer ${token}` };
        const load = opened.use(new Load(platform.url, headers, next(projects)));
        return {
          baseline: { name: "bare Fastify", run: () => bareLoad.run() },
          contenders: [{ name: "platform", run: () => load.run() }],
        };
      }),
  };
}

const bareServer = join(import.meta.dirname, "bare-fastify.ts");

/** A project for each connection: writes to one would wait for each other, whoever makes them. */
async function createProjects(platform: PlatformProcess): Promise<string[]> {
  const token = await platform.createToken(["project:write"]);
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const create = async (_: unknown, number: number) => {
    const body = JSON.stringify({ name: `bench-${number}`, description: "A project to be read and described" });
    const response = await request(`${platform.url}/api/projects`, { method: "POST", headers, body });
    const { id }: { readonly id?: string } = JSON.parse(await response.body.text());
    if (id === undefined) throw new Error(`no project was created: ${response.statusCode}`);
    return id;
  };
  return await Promise.all(Array.from({ length: connections }, create));
}

/** How a program reaches the platform's own PostgreSQL, by the variables that all of its clients read. */
async function databaseOf({ data }: PlatformProcess): Promise<Record<string, string>> {
  const read = async (name: string) => (await readFile(join(data, "postgres", name), "utf8")).trim();
  return {
    PGHOST: await read("socket-directory"),
    PGUSER: "platform",
    PGPASSWORD: await read("password"),
    PGDATABASE: "postgres",
  };
}
