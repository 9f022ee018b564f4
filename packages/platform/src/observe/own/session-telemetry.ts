import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import type { AgentStage } from "../../runtime/agent.ts";
import type { NewEvent } from "../../sessions/append-event.ts";
import { formatTraceparent } from "../../telemetry/trace-context.ts";
import type { LogRecord, SpanRecord } from "../records.ts";
import type { InstrumentedProgram } from "./otlp-settings.ts";

/** A session, and the project it works on. */
export interface SessionName {
  readonly id: string;
  readonly project_id: string;
}

/** What telemetry of sessions is called that the platform tells of them. */
export const sessionService = "session";

/** Characters of an event that become a log. */
const longest = 8 * 1024;

/** What an agent, and the programs that it starts, are among the project's telemetry. */
export function instrumentedSession({ id, project_id: projectId }: SessionName): InstrumentedProgram {
  return {
    ...{ projectId, kind: "session", sourceId: id, service: "agent" },
    attributes: { "platform.project_id": projectId, "platform.session_id": id },
    traceparent: formatTraceparent({ traceId: traceIdOf(id), spanId: spanIdOf(id), sampled: true }),
  };
}

/** What has gone wrong in a session, and what it has reached, as logs. */
export function sessionLogs(session: SessionName, events: readonly NewEvent[], now: number): readonly LogRecord[] {
  const told = events.filter(({ kind }) => kind === "error" || kind === "milestone");
  return told.map(({ kind, message }, index) => ({
    ...placeOf(session),
    spanId: spanIdOf(session.id),
    service: sessionService,
    // One after the other.
    time: now + index / 1000,
    level: kind === "error" ? "error" : "info",
    message: message.slice(0, longest).toWellFormed(),
    attributes: { "platform.event": kind },
  }));
}

/** The stages of a session's life, each from its first output to that of the next. */
export function stageSpans(
  session: SessionName,
  begun: ReadonlyMap<AgentStage, number>,
  end: number,
): readonly SpanRecord[] {
  const stages = [...begun];
  return stages.map(([stage, start], index) => ({
    ...placeOf(session),
    ...{ spanId: spanIdOf(`${session.id}/${stage}`), parentSpanId: spanIdOf(session.id), name: stage },
    ...{ service: sessionService, kind: "internal", status: "unset", statusMessage: null },
    ...{ start, end: stages[index + 1]?.[1] ?? end, attributes: null, events: null },
  }));
}

function placeOf({ id, project_id: projectId }: SessionName) {
  return { traceId: traceIdOf(id), projectId, sessionId: id };
}
