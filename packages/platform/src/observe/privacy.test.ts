import { randomBytes, randomUUID } from "node:crypto";
import { logs } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { permissionsOn } from "../access/authorise.ts";
import { findCaller } from "../access/tokens.ts";
import { findProject } from "../projects/queries.ts";
import { addRunningSession } from "../sessions/testing/add-session.ts";
import type { LogRecord } from "./records.ts";
import { type ObservedPlatform, startObservedPlatform } from "./testing/observed-platform.ts";
import { grant, randomGrants } from "./testing/random-grants.ts";
import { markerOf, type OwnerId, services, telemetryOfAll, words } from "./testing/telemetry-of-all.ts";

let platform: ObservedPlatform;
const people = { users: ["ann", "bob", "cyd", "agent"], projects: [] as string[], roles: ["watcher", "viewer", "ops"] };
let deleted: string;
const owners: OwnerId[] = [null];
const traceIds = [1, 2, 3].map(() => randomBytes(16).toString("hex"));
const sessionIds: string[] = [];
const start = Math.floor(Date.now() / 1000) * 1000 - 600_000;
let telemetry: ReturnType<typeof telemetryOfAll>;

beforeAll(async () => {
  platform = await startObservedPlatform();
  for (const name of people.users) await platform.addUser(name, [], name === "agent" ? "agent" : "human");
  await platform.addRole("watcher", ["observe:read"]);
  for (const [owner, visibility] of [
    ["ann", "private"],
    ["bob", "internal"],
    ["admin", "private"],
    ["admin", "public"],
    ["cyd", "private"],
  ] as const) {
    people.projects.push(await platform.addProject(owner, `of-${people.projects.length}`, visibility));
  }
  // The last one is deleted: what is left of it is nobody's but of those who see everything.
  deleted = people.projects.at(-1) ?? "";
  await platform.db.updateTable("projects").set({ is_active: false }).where("id", "=", deleted).execute();
  for (const projectId of people.projects) sessionIds.push(await addRunningSession(platform.db, { projectId }));
  owners.push(...people.projects);
  telemetry = telemetryOfAll({ owners, traceIds, sessionIds, start });
  await platform.write(telemetry);
});
afterAll(() => platform.close());

/** Whose telemetry a token may read, by the function that decides everything; all of it, or that of some projects. */
async function readableBy(token: string): Promise<{ all: boolean; owners: ReadonlySet<OwnerId> }> {
  const caller = await findCaller(platform.db, token);
  if (caller === undefined) throw new Error("the token must work");
  if ((await permissionsOn(platform.db, caller, null)).has("observe:read")) {
    return { all: true, owners: new Set(owners) };
  }
  const readable = new Set<OwnerId>();
  for (const id of people.projects) {
    const project = await findProject(platform.db, id);
    if (project && (await permissionsOn(platform.db, caller, project)).has("observe:read")) readable.add(id);
  }
  return { all: false, owners: readable };
}

/** A request as anybody may think of it: of any project, by any filter. */
interface Asked {
  readonly path: string;
  readonly query: Readonly<Record<string, string | number>>;
}

/** More often left out: all of many filters together leave nothing. */
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const moment = fc.integer({ min: -10, max: 200 }).map((seconds) => new Date(start + seconds * 1000).toISOString());

function asked(): fc.Arbitrary<Asked> {
  const some = fc.constantFrom(...people.projects.slice(0, 2));
  const project_id = fc.oneof(some, some, fc.constantFrom(undefined, ...people.projects, randomUUID()));
  const session_id = optional(fc.constantFrom(...sessionIds, randomUUID()));
  const range = { from: optional(moment), to: optional(moment) };
  const page = { limit: optional(fc.constantFrom(0, 3, 100)), offset: optional(fc.constantFrom(0, 5)) };
  const level = fc.constantFrom(...logs.logLevels);
  const service = optional(fc.constantFrom(...services, "none"));
  const inTrace = fc.constantFrom(...traceIds);
  const text = fc.constantFrom(...words, "<<", "e", ...owners.map(markerOf));
  const log = {
    ...{ project_id, session_id, service, trace_id: optional(inTrace), q: optional(text), ...range, ...page },
    ...{ level: optional(level), min_level: optional(level) },
  };
  const trace = {
    project_id,
    session_id,
    service,
    ...range,
    ...page,
    status: optional(fc.constantFrom("ok", "error")),
  };
  const metric = { project_id, name: fc.constant("load"), labels: optional(fc.constant('{"at":1}')), ...range };
  const of = (path: string, query: Record<string, fc.Arbitrary<string | number | undefined>>) =>
    fc.record(query).map((values) => ({ path, query: withoutNothing(values) }));
  return fc.oneof(
    { weight: 4, arbitrary: of("logs", log) },
    of("traces", trace),
    of("metrics", { ...metric, step: optional(fc.constantFrom(1, 60)) }),
    of("metrics/names", { project_id, name: optional(fc.constant("load")) }),
    inTrace.map((id) => ({ path: `traces/${id}`, query: {} })),
    fc.constantFrom(...sessionIds, randomUUID()).map((id) => ({ path: `sessions/${id}/timeline`, query: {} })),
  );
}

function withoutNothing(values: Readonly<Record<string, string | number | undefined>>): Asked["query"] {
  const said = Object.entries(values).flatMap(([name, value]): [string, string | number][] =>
    value === undefined || value === "" ? [] : [[name, value]],
  );
  return Object.fromEntries(said);
}

test("no row of a project that a caller cannot read ever comes back, whoever they are and however they ask", async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      randomGrants(people),
      fc.array(asked(), { minLength: 12, maxLength: 12 }),
      async (grants, requests) => {
        const token = await grant(platform, people, grants);
        const readable = await readableBy(token);
        for (const { path, query } of requests) {
          const { status, body } = await platform.ask(path, query, token);
          const text = JSON.stringify(body);
          const seen = owners.filter((owner) => text.includes(markerOf(owner)));
          expect(seen.filter((owner) => !readable.owners.has(owner))).toEqual([]);
          const [list, id] = path.split("/");
          if (id === undefined || id === "names") {
            if (query.project_id !== undefined) expect(seen.filter((owner) => owner !== query.project_id)).toEqual([]);
            const named = query.project_id === deleted ? "nothing" : String(query.project_id);
            const mayAsk = "project_id" in query ? readable.owners.has(named) : readable.all;
            expect([200, 400].includes(status)).toBe(mayAsk);
            if (path === "logs" && status === 200) expect(messagesOf(body)).toEqual(expectedLogs(query));
          } else {
            const whose = list === "traces" ? owners : people.projects.filter((_, at) => sessionIds[at] === id);
            expect(seen).toEqual(whose.filter((owner) => readable.owners.has(owner)));
            expect(status === 200).toBe(seen.length > 0);
          }
          const outcome = `${list} ${status} ${seen.length > 0 ? "rows" : "nothing"}`;
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      },
    ),
    { numRuns: 15 },
  );
  process.stdout.write(`${JSON.stringify(Object.fromEntries([...outcomes].sort()))}\n`);
}, 120_000);

function messagesOf({ items }: { items: readonly { message: string }[] }): string[] {
  return items.map(({ message }) => message);
}

function expectedLogs(query: Asked["query"]): string[] {
  const { project_id, session_id, trace_id, service, level, min_level, q, from, to, limit = 50, offset = 0 } = query;
  const levels: readonly unknown[] = logs.logLevels;
  const matches = ({ time, message, ...log }: LogRecord) =>
    (project_id === undefined || log.projectId === project_id) &&
    (session_id === undefined || log.sessionId === session_id) &&
    (trace_id === undefined || log.traceId === trace_id) &&
    (service === undefined || log.service === service) &&
    (level === undefined || log.level === level) &&
    (min_level === undefined || levels.indexOf(log.level) >= levels.indexOf(min_level)) &&
    (q === undefined || message.toLowerCase().includes(String(q).toLowerCase())) &&
    (from === undefined || time >= Date.parse(String(from))) &&
    (to === undefined || time <= Date.parse(String(to)));
  return telemetry.logs
    .filter(matches)
    .sort((one, other) => other.time - one.time)
    .slice(Number(offset), Number(offset) + Number(limit))
    .map(({ message }) => message);
}
