import type { Logger } from "pino";
import { openBeside } from "../../db/open-beside.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { repeat } from "../../repeat.ts";
import type { Store } from "../../store.ts";
import type { Tracing } from "../../telemetry/tracing.ts";
import type { Telemetry, TelemetryWriter } from "../records.ts";
import { startTracingEnded } from "./ended/trace-ended.ts";
import { recordRequests } from "./record-requests.ts";
import { SessionOwners } from "./session-owners.ts";
import { workloadPoints } from "./workload-points.ts";

export interface OwnTelemetryWork {
  readonly store: Pick<Store, "pool">;
  readonly wakeups: Wakeups;
  readonly writer: Pick<TelemetryWriter, "offer">;
  readonly onDropped: (telemetry: Telemetry) => void;
  readonly logger: Pick<Logger, "warn">;
  /** Where the spans of all requests go beside; undefined for nowhere. */
  readonly external: Tracing | undefined;
}

/** One to look whose a request is, and one to look for what has ended. */
const connections = 2;

/** Milliseconds between two points of whether what is deployed is ready. */
const interval = 30_000;

/** Traces what the platform does, by connections of its own: nothing that it does waits for that. */
export function startOwnTelemetry({ store, wakeups, writer, onDropped, logger, external }: OwnTelemetryWork): {
  /** Traces requests. */
  readonly tracing: Tracing;
  close(): Promise<void>;
} {
  const own = openBeside(store.pool, connections);
  const owners = new SessionOwners(own.db);
  const tracing = recordRequests({
    ...{ telemetry: writer, onDropped, external },
    ownerOf: (caller) => owners.of(caller),
  });
  const ended = startTracingEnded({ db: own.db, wakeups, telemetry: writer, logger });
  const stopping = new AbortController();
  const measuring = repeat(async () => writer.offer({ points: await workloadPoints(own.db) }), {
    ...{ pause: interval, signal: stopping.signal },
    onError: (error) => logger.warn({ err: error }, "what is deployed could not be measured"),
  });
  return {
    tracing,
    close: async () => {
      stopping.abort();
      await Promise.all([ended.close(), measuring]);
      await tracing.close();
      await own.close();
    },
  };
}
