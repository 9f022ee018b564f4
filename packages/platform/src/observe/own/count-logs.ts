import type { logs } from "@platform-mcp/client/contract";
import type { LogRecord, PointRecord, Telemetry, TelemetryWriter } from "../records.ts";

/** Milliseconds between two points of the counts. */
const interval = 15_000;
/** How long a service's counts are told of when it logs nothing more, in milliseconds. */
const remembered = 3_600_000;
/** Services of a project whose logs are counted; those of more, seen later, are not. Their names are of others' choosing. */
const mostServices = 100;

interface Counted {
  readonly counts: Map<logs.LogLevel, number>;
  lastAt: number;
}

export interface CountingWriter extends TelemetryWriter {
  /** Tells of what was counted since the last time. */
  tell(): void;
  close(): Promise<void>;
}

/**
 * A writer that also counts the logs it takes, by project, service and level, into the metric `platform.logs`. Errors are
 * told of when there are none, too, so that a rule over them has something to judge by, and ends.
 */
export function countLogs(writer: TelemetryWriter & { close(): Promise<void> }, now = Date.now): CountingWriter {
  /** By project and service. */
  const projects = new Map<string | null, Map<string, Counted>>();

  function count({ projectId, service, level }: LogRecord): void {
    const services = projects.get(projectId) ?? new Map<string, Counted>();
    projects.set(projectId, services);
    const counted = services.get(service) ?? { counts: new Map([["error", 0]]), lastAt: 0 };
    if (!services.has(service) && services.size >= mostServices) return;
    services.set(service, counted);
    counted.counts.set(level, (counted.counts.get(level) ?? 0) + 1);
    counted.lastAt = now();
  }

  function tell(): void {
    const time = now();
    const points = [...projects].flatMap(([projectId, services]) =>
      [...services].flatMap(([service, { counts, lastAt }]) => {
        const told = [...counts].map(([level, value]) => pointOf({ projectId, level, service }, value, time));
        if (lastAt < time - remembered) services.delete(service);
        if (services.size === 0) projects.delete(projectId);
        for (const level of counts.keys()) counts.set(level, 0);
        return told;
      }),
    );
    if (points.length > 0) writer.offer({ points });
  }

  const timer = setInterval(tell, interval).unref();
  return {
    write: async (telemetry: Telemetry) => {
      await writer.write(telemetry);
      telemetry.logs?.forEach(count);
    },
    offer: (telemetry) => {
      writer.offer(telemetry);
      telemetry.logs?.forEach(count);
    },
    tell,
    close: async () => {
      clearInterval(timer);
      tell();
      await writer.close();
    },
  };
}

function pointOf(
  { projectId, service, level }: Pick<LogRecord, "projectId" | "service" | "level">,
  value: number,
  time: number,
): PointRecord {
  return {
    ...{ projectId, sessionId: null, name: "platform.logs", labels: { service, level }, type: "counter" },
    ...{ unit: null, isDelta: true, time, value, histogram: null },
  };
}
