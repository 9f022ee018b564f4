import { type Part, record, time } from "@platform-mcp/server-kit";
import * as z from "zod";

export const timeRangeOutput = { time: z.string().optional() };

/** The time that a platform says it has searched; nothing where it says none: then it is all that it keeps. */
export function timeRange({
  from,
  to,
}: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): readonly Part[] {
  return from === undefined || to === undefined ? [] : [record({ time: `${time(from)} to ${time(to)}` })];
}
