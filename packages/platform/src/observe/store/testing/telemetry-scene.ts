import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { readPlatformConfig } from "../../../config.ts";
import { openStore, type Store } from "../../../store.ts";
import { prepareData } from "../../../testing/prepared-data.ts";
import type { TelemetryWriter } from "../../records.ts";
import { createTelemetryWriter, type TelemetryWriterOptions } from "../telemetry-writer.ts";

/** A database, and writers of telemetry to it. */
export interface TelemetryScene extends AsyncDisposable {
  readonly store: Store;
  openWriter(options?: Partial<TelemetryWriterOptions>): TelemetryWriter & { close(): Promise<void> };
}

export const usualRetention = { logs: 7, traces: 7, metrics: 30 };

export async function openTelemetryScene(): Promise<TelemetryScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "telemetry-"));
  await prepareData(dataDirectory);
  const logger = pino({ level: "silent" });
  const store = await openStore(readPlatformConfig({ PLATFORM_DATA: dataDirectory }), { mode: "owner", logger });
  const writers: { close(): Promise<void> }[] = [];
  return {
    store,
    openWriter: (options) => {
      const retention = async () => usualRetention;
      const writer = createTelemetryWriter({ pool: store.pool, logger, retention, ...options });
      writers.push(writer);
      return writer;
    },
    [Symbol.asyncDispose]: async () => {
      for (const writer of writers) await writer.close();
      await store.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
