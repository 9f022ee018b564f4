import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { errorBody, permissions } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { adminPassword, startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addThings, pushBranches } from "../testing/things-in-project.ts";
import { type HostileRequest, hostileRequests, type Known } from "./testing/hostile-requests.ts";

/** Requests; in the fault loops' full count, those that the platform was promised to stand. */
const count = process.env.CHAOS_ROUNDS === undefined ? 1_000 : 20_000;
/** How many are under way together: writes must not only be refused well, but get in each other's way well. */
const together = 8;
const patience = 30_000;

let platform: TestPlatform;
let log = "";
let secrets: readonly string[];
let tokens: readonly string[];
let ids: readonly string[];
let params: Known["params"];
const agent = new Agent({ keepAlive: true, maxSockets: together });

beforeAll(async () => {
  const sink = new Writable({
    write(chunk, _encoding, done) {
      log += chunk;
      done();
    },
  });
  platform = await startTestPlatform({}, pino({ level: "trace" }, sink));
  const victim = await platform.addUser("victim", [{ role: "developer" }]);
  const agentUser = await platform.addUser("robot", [], "agent");
  const role = await platform.addRole("custom", ["project:read"]);
  const admin = await platform.token({ user: "admin" });
  const projects = [await addProject(admin, "fuzzed"), await addProject(admin, "fuzzed-too")];
  const [project] = projects;
  if (project === undefined) throw new Error("there are two");
  const narrow = await platform.token({ user: "victim", scopes: ["project:read"], project: project.id });
  // Or most requests would be about projects that are gone.
  const lasting = permissions.filter((permission) => permission !== "project:delete");
  const gentle = await platform.token({ user: "admin", scopes: lasting });
  const expired = await platform.token({ user: "admin", expiresInDays: -1 });
  tokens = [...Array<string>(8).fill(gentle), admin, narrow, expired, "garbage"];
  secrets = [admin, gentle, narrow, expired, adminPassword];
  ids = [victim, agentUser, role, project.id];
  const pipelines = projects.flatMap(({ things }) => [things.pipeline, things.otherPipeline]);
  const discussed = projects.flatMap(({ things }) => [things.issue, things.mergeRequest]);
  params = {
    project_id: projects.map(({ id }) => id),
    pipeline_id: pipelines.map(({ pipeline_id }) => pipeline_id),
    step_id: pipelines.map(({ step_id }) => step_id),
    artifact_id: pipelines.map(({ artifact_id }) => artifact_id),
    comment_id: discussed.map(({ comment_id }) => comment_id),
    number: ["1", "2", "3"],
    session_id: projects.map(({ things }) => things.session_id),
    secret_name: projects.map(({ things }) => things.secret),
    environment: ["production", "staging"],
    branch_slug: projects.map(({ things }) => things.preview),
    webhook_id: projects.map(({ things }) => things.webhook_id),
  };
});
afterAll(async () => {
  agent.destroy();
  await platform.close();
});

/** A project with branches to merge, and one of everything. */
async function addProject(token: string, name: string) {
  const { body } = await platform.send("POST", "/api/projects", token, { name });
  const id: string = body.id;
  pushBranches(platform.repositories.of(id).path);
  return { id, things: await addThings(platform, { id, authorId: await platform.idOf("users", "admin") }) };
}

async function send({ method, url, headers, body }: HostileRequest) {
  const { promise, resolve, reject } = Promise.withResolvers<import("node:http").IncomingMessage>();
  const bytes = body === undefined ? undefined : Buffer.from(body);
  const framing = bytes === undefined ? {} : { "content-length": bytes.length };
  const target = new URL(platform.url);
  // Not a URL object: it would put the path right.
  const options = {
    host: target.hostname,
    port: target.port,
    path: url,
    method,
    headers: { ...headers, ...framing },
    agent,
  };
  const sent = httpRequest({ ...options, timeout: patience }, resolve);
  sent.on("error", reject).on("timeout", () => sent.destroy(new Error("no answer")));
  sent.end(bytes);
  const response = await promise;
  const { statusCode: status = 0, headers: answered } = response;
  const type = answered["content-type"];
  // What follows something that goes on does not end by itself.
  const isEndless = type?.startsWith("text/event-stream") || answered["x-log-complete"] === "false";
  if (isEndless) response.destroy();
  return { status, type, body: isEndless ? "" : await text(response) };
}

type Answered = Awaited<ReturnType<typeof send>>;

function expectErrorBody({ type, body }: Answered, shown: string): void {
  expect(type, shown).toBe("application/json; charset=utf-8");
  const parsed = errorBody.strict().safeParse(JSON.parse(body));
  expect(parsed.error?.issues ?? [], shown).toEqual([]);
  expect(parsed.data?.request_id, shown).toEqual(expect.any(String));
}

test(`${count} hostile requests over all endpoints: never a 5xx, always the shape of an error, no secret in the log`, {
  timeout: 60_000 + count * 60,
}, async () => {
  const statuses = new Map<number, number>();
  const batch = fc.array(hostileRequests({ tokens, ids, params }), { minLength: together, maxLength: together });
  const property = fc.asyncProperty(batch, async (requests) => {
    const answers = await Promise.all(requests.map(async (request) => ({ request, answer: await send(request) })));
    for (const { request, answer } of answers) {
      const { status } = answer;
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const shown = JSON.stringify({
        ...request,
        body: request.body?.slice(0, 500),
        answer: answer.body.slice(0, 500),
      });
      expect(status, shown).toBeLessThan(500);
      if (status >= 400 && request.method !== "HEAD") expectErrorBody(answer, shown);
    }
  });
  const given = process.env.CHAOS_SEED;
  const parameters = { numRuns: Math.ceil(count / together), endOnFailure: true };
  const run = await fc.check(property, given ? { ...parameters, seed: Number(given) } : parameters);
  // Not all of the counterexample, which would be screens of it.
  if (run.failed) throw new Error(`CHAOS_SEED=${run.seed}: ${String(run.errorInstance).slice(0, 3000)}`);
  process.stdout.write(`${JSON.stringify(Object.fromEntries([...statuses].sort()))}\n`);
  // A fuzzer that is turned away at the door shows nothing.
  const all = [...statuses.values()].reduce((sum, n) => sum + n, 0);
  const through = [...statuses].filter(([status]) => status < 300).reduce((sum, [, n]) => sum + n, 0);
  // About one in eight: were hardly any carried out, the cases would test nothing but the first check.
  expect(through / all).toBeGreaterThan(0.05);
  for (const secret of secrets) expect(log).not.toContain(secret);
  expect(log).not.toMatch(/plat_(api_)?[0-9a-f]{64}|\$argon2/);
});

test("what is not HTTP gets the shape of an error too, and does not stop the rest", async () => {
  const wrong = [
    "GARBAGE\r\n\r\n",
    "GET /\0 HTTP/1.1\r\nhost: x\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${"y".repeat(100_000)}\r\n\r\n`,
    "POST /api/projects HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "GET / HTTP/1.1\r\nhost: x\r\nbad header: y\r\n\r\n",
  ];
  const { hostname, port } = new URL(platform.url);
  for (const bytes of wrong) {
    const socket = connect(Number(port), hostname);
    socket.end(bytes);
    const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
    expect(head, JSON.stringify(bytes.slice(0, 60))).toMatch(/^HTTP\/1.1 4\d\d /);
    expectErrorBody({ status: 400, type: /content-type: (.*)/i.exec(head)?.[1], body }, head);
  }
  expect((await platform.request("/healthz")).status).toBe(200);
});
