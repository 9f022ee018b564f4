import { traceIdOf } from "@platform-mcp/client/contract";
import type { InstrumentedProgram } from "../../observe/own/otlp-settings.ts";
import type { OutputSource } from "../../observe/own/output-lines.ts";
import { stepSpanIdOf } from "../../observe/own/step-span-id.ts";
import { formatTraceparent } from "../../telemetry/trace-context.ts";
import type { Work } from "./begin-work.ts";

interface InstrumentedStep {
  readonly program: InstrumentedProgram;
  readonly source: OutputSource;
}

/** What a run of a step is among the project's telemetry: a part of the pipeline's trace. */
export function instrumentedStep({ claim, name, project, pipeline }: Work): InstrumentedStep {
  const projectId = project.id;
  const service = `step ${name}`;
  const traceId = traceIdOf(pipeline.id);
  const spanId = stepSpanIdOf(claim.id, claim.attempt);
  const attributes = { "platform.pipeline_id": pipeline.id, "platform.step_id": claim.id };
  return {
    program: {
      ...{ projectId, kind: "step", sourceId: claim.id, service },
      attributes: { ...attributes, "platform.project_id": projectId },
      traceparent: formatTraceparent({ traceId, spanId, sampled: true }),
    },
    source: { projectId, sessionId: null, service, traceId, spanId, attributes },
  };
}
