import type * as z from "zod";
import { type CallContext, callName, quote } from "./call-context.ts";

const maxShown = 3;

/** Makes the function that warns of answers outside the contract: once an endpoint, not once a call. */
export function misfitReporter(warn: (line: string) => void): (context: CallContext, error: z.ZodError) => void {
  const reported = new Set<string>();
  return (context, { issues }) => {
    const name = callName(context);
    if (reported.has(name)) return;
    reported.add(name);
    const shown = issues.slice(0, maxShown).map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`);
    if (issues.length > maxShown) shown.push(`and ${issues.length - maxShown} more`);
    // Names of fields come from the server.
    const what = quote(context, shown.join("; "), 500);
    warn(`The platform's answer to ${name} is not as the contract says, and is passed on as it came: ${what}`);
  };
}
