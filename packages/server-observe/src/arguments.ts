import { logs, pathParameters } from "@platform-mcp/client";
import { pointInTime } from "@platform-mcp/server-kit";
import * as z from "zod";
import { cursorPattern } from "./list/place.ts";

/** Arguments that several tools share, described once. */
export const from = pointInTime.optional().describe("RFC 3339 or -15m, -2h, -1d; by default an hour before `to`");
export const to = pointInTime.optional();
export const service = z.string().min(1).max(255).optional();
export const traceId = pathParameters.trace_id;
export const sessionId = z.uuid().optional();
export const minLevel = logs.logLevel.optional();
export const cursor = z
  .string()
  .max(200)
  .regex(cursorPattern, "must be as an answer before has given it")
  .optional()
  .describe("From the answer before");
