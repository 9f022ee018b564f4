import { expect, test } from "vitest";
import { createTelemetryWriter } from "../observe/store/telemetry-writer.ts";
import { logOf, pointOf, spanOf } from "../observe/store/testing/records.ts";
import { usualRetention } from "../observe/store/testing/telemetry-scene.ts";
import { openScene } from "./testing/scene.ts";

test("a backup holds alert rules, and no telemetry", async () => {
  await using scene = await openScene();
  const kept = await scene.open("before");
  const retention = async () => usualRetention;
  const writer = createTelemetryWriter({ pool: kept.pool, logger: { warn: () => {} }, retention });
  await writer.write({ logs: [logOf({})], spans: [spanOf({})], points: [pointOf({})] });
  await writer.close();
  const { tables } = await scene.backUp(kept, "backup");
  const names = tables.map(({ name }) => name);
  expect(names).toContain("alert_rules");
  expect(names.filter((name) => name.startsWith("telemetry"))).toEqual([]);
});
