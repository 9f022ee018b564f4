/** Telemetry as a program sends it by hand: OTLP in JSON. */
export interface Otlp {
  /** Sends logs, spans or metrics of a service; resolves when the platform has stored all of them. */
  send(signal: "logs" | "traces" | "metrics", service: string, items: readonly object[]): Promise<void>;
}

const bodies = {
  logs: (resource: object, logRecords: readonly object[]) => ({
    resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }],
  }),
  traces: (resource: object, spans: readonly object[]) => ({ resourceSpans: [{ resource, scopeSpans: [{ spans }] }] }),
  metrics: (resource: object, metrics: readonly object[]) => ({
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics }] }],
  }),
};

/** @param url the platform's @param projectId whose all of it is */
export function otlpTo(url: string, token: string, projectId: string): Otlp {
  return {
    async send(signal, service, items) {
      const resource = { attributes: attributes({ "service.name": service, "platform.project_id": projectId }) };
      const response = await fetch(`${url}/v1/${signal}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(bodies[signal](resource, items)),
      });
      const text = await response.text();
      // A part that was not taken is said with 200, too.
      if (response.status !== 200 || text.includes("rejected")) throw new Error(`${response.status} ${text}`);
    },
  };
}

/** Attributes as OTLP writes them. */
export function attributes(values: Readonly<Record<string, string | number>>): readonly object[] {
  return Object.entries(values).map(([key, value]) => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { doubleValue: value },
  }));
}

/** Milliseconds since 1970 as OTLP writes times. */
export function nanoseconds(time: number): string {
  return `${Math.round(time * 1000)}000`;
}
