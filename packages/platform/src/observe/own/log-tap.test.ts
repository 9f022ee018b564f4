import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createLogger } from "../../cli/logger.ts";
import { notStored } from "../store/not-stored.ts";
import { CollectingWriter } from "../testing/collecting-writer.ts";
import { LogTap } from "./log-tap.ts";

test("warnings and errors of the platform's own log are among the logs that it keeps", async () => {
  const directory = await mkdtemp(join(tmpdir(), "log-tap-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const tap = new LogTap();
  const logger = createLogger("info", join(directory, "platform.log"), tap);
  logger.error("before there is a database");
  const writer = new CollectingWriter();
  const disconnect = tap.connect(writer);
  logger.info("serving");
  logger.child({ request_id: "r1" }).warn({ workload: "w" }, "slow");
  logger.error({ err: new Error("gone") }, "request failed");
  // It would come back for ever.
  logger.warn({ err: new Error("away") }, notStored);
  disconnect();
  logger.error("after");
  expect(writer.logs).toMatchObject([
    { level: "warn", message: "slow", attributes: { request_id: "r1", workload: "w" } },
    { level: "error", message: "request failed: gone", projectId: null, service: "platform" },
  ]);
});
