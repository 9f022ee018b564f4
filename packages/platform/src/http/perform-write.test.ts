import { endpoint } from "@platform-mcp/client/contract";
import type { FastifyInstance } from "fastify";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { createMetrics } from "../telemetry/metrics.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { createServer } from "./create-server.ts";
import { implement } from "./implement.ts";
import { defaultRateLimits, RateLimiter } from "./rate-limits.ts";
import { registerRoutes } from "./register-routes.ts";

const write = endpoint({
  method: "POST",
  path: "/api/forgetful",
  summary: "",
  permission: "authenticated",
  response: z.object({ id: z.string().max(3) }),
});

let platform: TestPlatform;
let server: FastifyInstance;
let token: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  token = await platform.token({ user: "admin" });
  const routes = [
    implement(write, async ({ db }) => {
      await db.insertInto("roles").values({ name: "forgotten" }).execute();
      return { id: "1" };
    }),
    implement({ ...write, path: "/api/unsayable" }, async ({ db, audit }) => {
      await db.insertInto("roles").values({ name: "unsaid" }).execute();
      audit.record({ resource: "role", id: "x" });
      return { id: "longer than the contract allows" };
    }),
    implement({ ...write, method: "GET", path: "/api/reading" }, async ({ audit }) => {
      audit.record({ resource: "role", id: "x" });
      return { id: "1" };
    }),
  ];
  const telemetry = { metrics: createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 }), tracing: undefined };
  server = createServer({ version: "0", logger: pino({ level: "silent" }), routes, telemetry, trustProxy: false });
  server.register(async (scope) => {
    registerRoutes(scope, { db: platform.db, limiter: new RateLimiter(defaultRateLimits) }, routes);
  });
});
afterAll(async () => {
  await server.close();
  await platform.close();
});

async function roles(name: string) {
  return await platform.db.selectFrom("roles").where("name", "=", name).select("id").execute();
}

async function answer(method: "GET" | "POST", url: string) {
  const { statusCode, body } = await server.inject({ method, url, headers: { authorization: `Bearer ${token}` } });
  return { status: statusCode, body: JSON.parse(body) };
}

const internal = { status: 500, body: { error: "internal server error", request_id: expect.any(String) } };

test("a write that does not say what it did is undone", async () => {
  expect(await answer("POST", "/api/forgetful")).toEqual(internal);
  expect(await roles("forgotten")).toEqual([]);
});

test("a write whose answer is not what the contract says is undone, with its entry", async () => {
  expect(await answer("POST", "/api/unsayable")).toEqual(internal);
  expect(await roles("unsaid")).toEqual([]);
  const entries = await platform.db.selectFrom("audit_log").where("action", "=", "POST /api/unsayable").selectAll();
  expect(await entries.execute()).toEqual([]);
});

test("a read that says it changed something is an error", async () => {
  expect(await answer("GET", "/api/reading")).toEqual(internal);
});
