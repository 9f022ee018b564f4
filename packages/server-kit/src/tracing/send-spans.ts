import { endpoint, type PlatformClient, PlatformError } from "@platform-mcp/client";
import * as z from "zod";

/** Milliseconds for which spans are worth an attempt. */
const patience = 5_000;

/** Not of the platform's API: it is OTLP's, which other receivers of telemetry have as well. */
const exportTraces = endpoint({
  method: "POST",
  path: "/v1/traces",
  summary: "Send spans",
  permission: "authenticated",
  body: z.looseObject({}),
  response: z.looseObject({}),
});

/** Sends spans in OTLP's JSON to the platform, as the server's own token. @throws what the client throws */
export async function sendSpans(client: PlatformClient, spans: object): Promise<void> {
  await client.call(exportTraces, { body: { ...spans } }, { signal: AbortSignal.timeout(patience) });
}

/** Whether the platform takes none, or none from this token. */
export function isSpanRefusal(error: unknown): boolean {
  return error instanceof PlatformError && [400, 401, 403, 404, 405, 413, 415, 501].includes(error.status);
}
