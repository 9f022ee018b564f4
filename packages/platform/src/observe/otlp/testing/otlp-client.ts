import { randomBytes } from "node:crypto";

interface Server {
  readonly url: string;
}

/** Sends a request in OTLP's JSON, and gives what is answered. */
export async function sendJson(
  { url }: Server,
  signal: "logs" | "traces" | "metrics",
  token: string | undefined,
  body: object,
): Promise<{ status: number; headers: Headers; body: ReturnType<JSON["parse"]> }> {
  const response = await fetch(`${url}/v1/${signal}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

/** Attributes as OTLP's JSON has them. */
export function attributesOf(values: Readonly<Record<string, string>>): readonly object[] {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

interface LogWishes {
  readonly service?: string;
  readonly resource?: Readonly<Record<string, string>>;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A request with logs, of which each has what it wishes beside its message. */
export function logsRequest(
  messages: readonly string[],
  { service = "web", resource = {}, attributes = {} }: LogWishes = {},
) {
  const logRecords = messages.map((stringValue) => ({ body: { stringValue }, attributes: attributesOf(attributes) }));
  const ofResource = { attributes: attributesOf({ "service.name": service, ...resource }) };
  return { resourceLogs: [{ resource: ofResource, scopeLogs: [{ logRecords }] }] };
}

/** A request with spans of one trace, of the project if one is named. */
export function spansRequest(count: number, service = "web", project?: string) {
  const traceId = randomBytes(16).toString("hex");
  const start = BigInt(Date.now()) * 1_000_000n;
  const spans = Array.from({ length: count }, (_, index) => ({
    ...{ traceId, spanId: randomBytes(8).toString("hex"), name: `span ${index}`, kind: 1 },
    ...{ startTimeUnixNano: String(start), endTimeUnixNano: String(start + 5_000_000n) },
  }));
  const resource = {
    attributes: attributesOf({ "service.name": service, ...(project && { "platform.project_id": project }) }),
  };
  return { resourceSpans: [{ resource, scopeSpans: [{ spans }] }] };
}
