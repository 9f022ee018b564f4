import type { ServerEntry } from "../mcp-config.ts";
import { checkAccess } from "./check-access.ts";
import { listTools } from "./list-tools.ts";
import { accessOf, accessProblems } from "./problems.ts";
import type { Access, Problem, ServerReport, Serving } from "./report.ts";
import type { Environment } from "./server-environment.ts";
import { type ServerProcess, startServer } from "./server-process.ts";

export interface Examination {
  /** The host's environment. */
  readonly env: Environment;
  /** Milliseconds until the server must have listed its tools. */
  readonly startMs: number;
  /** Milliseconds until it must have checked itself. */
  readonly checkMs: number;
}

/** Starts a server twice: to serve, as a host would, and to check itself. Whatever goes wrong is in the report. */
export async function examineServer(
  name: string,
  entry: ServerEntry,
  { env, startMs, checkMs }: Examination,
): Promise<ServerReport> {
  const problems: Problem[] = [];
  const attempt = async <T>(
    args: readonly string[],
    timeMs: number,
    examine: (server: ServerProcess) => Promise<T>,
  ) => {
    const server = startServer(entry, args, env, timeMs);
    try {
      return await examine(server);
    } catch (error) {
      problems.push({
        subject: "server",
        detail: error instanceof Error ? error.message : String(error),
        remedy: `see: ${[entry.command, ...entry.args].join(" ")} --check`,
      });
      return null;
    }
  };
  const startedAt = performance.now();
  const serving: Serving | null = await attempt([], startMs, (server) => listTools(server, startedAt));
  let access: Access | null = null;
  if (serving !== null) {
    const check = await attempt(["--check", "--json"], checkMs, checkAccess);
    access = check && accessOf(check);
    problems.push(...(check === null ? [] : accessProblems(check)));
  }
  return { name, state: problems.length === 0 ? "ok" : "failing", serving, access, problems };
}
