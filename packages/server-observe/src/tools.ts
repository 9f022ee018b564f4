import type { Tool } from "@platform-mcp/server-kit";
import { getTrace } from "./tools/get-trace.ts";

/** The tools of platform-observe, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [getTrace];
