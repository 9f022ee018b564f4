import * as z from "zod";
import type { ServerProcess } from "./server-process.ts";

const report = z.object({
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() })),
  tools: z.array(
    z.object({
      name: z.string(),
      permissions: z.array(z.string()),
      missing: z.array(z.string()).nullable(),
      bound: z.literal(true).optional(),
    }),
  ),
});

/** What a server's own `--check --json` prints. */
export type CheckReport = z.output<typeof report>;

/** Reads what a server that was started with `--check --json` finds out. @throws when it says nothing of the kind. */
export async function checkAccess({ child, ended }: ServerProcess): Promise<CheckReport> {
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    stdout += chunk;
  });
  child.stdin.end();
  const ending = await ended;
  try {
    return report.parse(JSON.parse(stdout));
  } catch {
    throw new Error(ending);
  }
}
