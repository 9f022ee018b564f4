/** How long telemetry is kept, in days. */
export interface Retention {
  readonly logs: number;
  readonly traces: number;
  readonly metrics: number;
}
