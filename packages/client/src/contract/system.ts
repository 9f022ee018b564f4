import * as z from "zod";
import { endpoint, text } from "./endpoint.ts";

export const healthz = endpoint({
  method: "GET",
  path: "/healthz",
  summary: "The process is alive",
  permission: "public",
  response: text,
});

export const readyz = endpoint({
  method: "GET",
  path: "/readyz",
  summary: "The platform can serve: its database answers and its schema is current (503 otherwise)",
  permission: "public",
  response: z.object({ ready: z.literal(true), version: z.string() }),
});

export const metrics = endpoint({
  method: "GET",
  path: "/metrics",
  summary: "What this process has done so far, in the text format of Prometheus",
  permission: "observe:read",
  response: text,
});
