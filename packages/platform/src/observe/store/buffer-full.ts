import { Problem } from "../../problem.ts";

/** Too much telemetry is on its way into the database to take more at this moment. */
export class BufferFull extends Problem {
  constructor() {
    super(503, "ingest buffer full", { headers: { "retry-after": "1" } });
  }
}
