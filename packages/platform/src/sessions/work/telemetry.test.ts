import { createSecretKey } from "node:crypto";
import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedSessions } from "../../observe/own/ended/ended-sessions.ts";
import { ownTelemetry } from "../../observe/own/own-telemetry.ts";
import { CollectingWriter } from "../../observe/testing/collecting-writer.ts";
import type { AgentPlan } from "../../runtime/agent.ts";
import { createFakeAgents } from "../../runtime/fake/fake-agents.ts";
import { concludes, saved, says } from "./testing/agent-lines.ts";
import { openSessionScene, type SessionScene } from "./testing/session-scene.ts";

const writer = new CollectingWriter();
const plans: AgentPlan[] = [];

let scene: SessionScene;
let id: string;
beforeAll(async () => {
  scene = await openSessionScene();
  const masterKey = createSecretKey(Buffer.alloc(32, 7));
  const agents = createFakeAgents({
    scriptOf:
      () =>
      async ({ plan, print }) => {
        plans.push(plan);
        await print("+ true\n", "setup");
        await print(says(`My key is ${plan.secrets.OTEL_EXPORTER_OTLP_HEADERS}`));
        await print(concludes("Improved."));
        await print(saved({ problems: ["A file was left out"] }));
      },
  });
  scene.startWorker({ agents, telemetry: ownTelemetry({ writer, masterKey, platformUrl: "http://platform.test" }) });
  id = await scene.addSession();
  await scene.ended(id);
});
afterAll(() => scene[Symbol.asyncDispose]());

test("an agent gets how to send telemetry, as a part of its session, and its key does not show", async () => {
  const [plan] = plans;
  expect(plan?.environment).toMatchObject({
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://platform.test", OTEL_SERVICE_NAME: "agent" },
    TRACEPARENT: `00-${traceIdOf(id)}-${spanIdOf(id)}-01`,
  });
  expect(plan?.secrets.OTEL_EXPORTER_OTLP_HEADERS).toContain("plat_otlp_");
  expect(JSON.stringify(plan?.environment)).not.toContain("plat_otlp_");
  const seen = JSON.stringify([await scene.events(id), await scene.logOf(id), writer.logs]);
  expect(seen).not.toContain("plat_otlp_");
});

test("what it has reached and what went wrong are logs of its project, and its stages are spans", () => {
  const place = { traceId: traceIdOf(id), sessionId: id, projectId: scene.projectId };
  expect(writer.logs.length).toBeGreaterThan(0);
  for (const log of writer.logs) expect(log).toMatchObject({ ...place, service: "session", spanId: spanIdOf(id) });
  expect(writer.spans.map(({ name }) => name)).toEqual(["setup", "agent"]);
  for (const span of writer.spans) expect(span).toMatchObject({ ...place, parentSpanId: spanIdOf(id) });
});

test("its end is the root of its trace, without what was asked of it or what the agent said", async () => {
  const ended = await endedSessions(scene.store.db);
  expect(ended?.spans).toMatchObject([
    {
      ...{ name: "session", parentSpanId: null, spanId: spanIdOf(id), traceId: traceIdOf(id), status: "unset" },
      attributes: { "platform.status": "completed", "platform.turns": 3, "platform.role": "dev" },
    },
  ]);
  expect(ended?.logs).toMatchObject([{ level: "info", message: "The session is completed", sessionId: id }]);
  expect(JSON.stringify(ended)).not.toMatch(/greet|Improved/);
  expect(await endedSessions(scene.store.db)).toBeUndefined();
});
