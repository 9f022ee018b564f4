import type { MasterKey } from "../../secrets/master-key.ts";
import { createIngestKey, type IngestSource } from "../ingest-key.ts";

/** A program that the platform runs and that may send telemetry. */
export interface InstrumentedProgram extends IngestSource {
  /** What its telemetry is called: its `service.name`. */
  readonly service: string;
  /** Of all that it sends. */
  readonly attributes: Readonly<Record<string, string>>;
  /** The span as a part of which it runs; undefined for a program that is not a part of any. */
  readonly traceparent?: string;
}

/** Variables by which OpenTelemetry's libraries send to the platform, by themselves. */
export interface OtlpSettings {
  readonly environment: Readonly<Record<string, string>>;
  /** The rest of them: what lets them in. */
  readonly secrets: Readonly<Record<string, string>>;
}

interface SettingsOptions {
  readonly masterKey: MasterKey;
  /** Where the program reaches the platform. */
  readonly platformUrl: string;
}

/**
 * How a program sends its telemetry to the platform. Whoever has set one of these variables is heeded; who has set where
 * to send to, or how, gets nothing of it from the platform: its key is not for others.
 *
 * @param taken the variables that are set already
 */
export function otlpSettings(
  { masterKey, platformUrl }: SettingsOptions,
  program: InstrumentedProgram,
  taken: ReadonlySet<string>,
): OtlpSettings {
  const { service, attributes, traceparent } = program;
  const isElsewhere = [...taken].some((name) => name.startsWith("OTEL_EXPORTER_"));
  const key = isElsewhere ? undefined : createIngestKey(masterKey, program);
  const environment = {
    OTEL_SERVICE_NAME: service,
    OTEL_RESOURCE_ATTRIBUTES: Object.entries(attributes)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join(","),
    ...(traceparent !== undefined && { TRACEPARENT: traceparent }),
    ...(key !== undefined && {
      OTEL_EXPORTER_OTLP_ENDPOINT: platformUrl,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    }),
  };
  return {
    environment: Object.fromEntries(Object.entries(environment).filter(([name]) => !taken.has(name))),
    // Values of this variable are written as in a URL.
    secrets: key === undefined ? {} : { OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${key}` },
  };
}
