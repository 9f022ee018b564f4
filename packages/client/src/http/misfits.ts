import type * as z from "zod";
import type { Endpoint } from "../contract/endpoint.ts";
import { cleanText, cutText } from "./clean-text.ts";

const maxShown = 3;

/** Makes the function that warns of answers outside the contract: once an endpoint, not once a call. */
export function misfitReporter(warn: (line: string) => void): (endpoint: Endpoint, error: z.ZodError) => void {
  const reported = new Set<string>();
  return ({ method, path }, { issues }) => {
    const name = `${method} ${path}`;
    if (reported.has(name)) return;
    reported.add(name);
    const shown = issues.slice(0, maxShown).map((issue) => `${issue.path.join(".") || "the whole"}: ${issue.message}`);
    if (issues.length > maxShown) shown.push(`and ${issues.length - maxShown} more`);
    // Names of fields come from the server.
    const what = cutText(cleanText(shown.join("; ")), 500);
    warn(`The platform's answer to ${name} is not as the contract says, and is passed on as it came: ${what}`);
  };
}
