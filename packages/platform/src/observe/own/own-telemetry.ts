import type { OutputListener } from "../../pipelines/logs/output-listener.ts";
import type { MasterKey } from "../../secrets/master-key.ts";
import type { TelemetryWriter } from "../records.ts";
import { type InstrumentedProgram, type OtlpSettings, otlpSettings } from "./otlp-settings.ts";
import { type LineLimits, OutputLines, type OutputSource } from "./output-lines.ts";

/** What the platform itself tells of what it runs. Nothing waits for it: what cannot be stored is lost, and counted. */
export interface OwnTelemetry extends Pick<TelemetryWriter, "offer"> {
  /** Turns what something prints into logs. */
  listen(source: OutputSource, limits?: Partial<LineLimits>): OutputListener;
  /** How a program sends telemetry by itself. @param taken the names of variables that are set already */
  settingsFor(program: InstrumentedProgram, taken: Iterable<string>): OtlpSettings;
}

export interface OwnTelemetryOptions {
  readonly writer: Pick<TelemetryWriter, "offer">;
  readonly masterKey: MasterKey;
  /** Where programs that run here reach the platform. */
  readonly platformUrl: string;
}

export function ownTelemetry({ writer, ...options }: OwnTelemetryOptions): OwnTelemetry {
  return {
    offer: (telemetry) => writer.offer(telemetry),
    listen: (source, limits) =>
      new OutputLines(writer, source, { limits: { perSecond: 200, inAll: Number.POSITIVE_INFINITY, ...limits } }),
    settingsFor: (program, taken) => otlpSettings(options, program, new Set(taken)),
  };
}
