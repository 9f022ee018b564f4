import { pino } from "pino";
import { readPlatformConfig } from "../../config.ts";
import { openStore } from "../../store.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import type { Telemetry } from "../records.ts";
import { createTelemetryWriter } from "../store/telemetry-writer.ts";
import { usualRetention } from "../store/testing/telemetry-scene.ts";

/** A platform, and telemetry in its database. */
export interface ObservedPlatform extends TestPlatform {
  /** Stores telemetry of whomever it says. */
  write(telemetry: Telemetry): Promise<void>;
  /** What `GET` of a path below `/api/observe` answers an administrator, or whose token this is. */
  ask(
    path: string,
    query?: Readonly<Record<string, string | number>>,
    token?: string,
  ): ReturnType<TestPlatform["send"]>;
}

export async function startObservedPlatform(): Promise<ObservedPlatform> {
  const platform = await startTestPlatform();
  const logger = pino({ level: "silent" });
  const store = await openStore(readPlatformConfig({ PLATFORM_DATA: platform.dataDirectory }), {
    mode: "guest",
    logger,
  });
  const writer = createTelemetryWriter({ pool: store.pool, logger, retention: async () => usualRetention });
  const administrator = await platform.token({ user: "admin" });
  const close = async () => {
    await writer.close();
    await store.close();
    await platform.close();
  };
  return {
    ...platform,
    write: writer.write,
    ask: (path, query = {}, token = administrator) => {
      const parameters = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
      return platform.send("GET", `/api/observe/${path}?${new URLSearchParams(parameters)}`, token);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
