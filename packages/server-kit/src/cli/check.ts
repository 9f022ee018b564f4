import {
  auth,
  type ClientConfig,
  ClientError,
  NetworkError,
  type PlatformClient,
  PlatformError,
  projects,
  system,
  TimeoutError,
} from "@platform-mcp/client";
import type { OfferedTool } from "../tools/catalogue.ts";
import { sanitize } from "../untrusted/sanitize.ts";
import { type ToolPermission, toolPermission } from "./tool-permission.ts";

/** One thing that must hold for a server to work. */
export interface CheckStep {
  readonly name: "platform" | "token" | "project";
  readonly ok: boolean;
  readonly detail: string;
}

export interface CheckReport {
  readonly ok: boolean;
  readonly steps: readonly CheckStep[];
  readonly tools: readonly ToolPermission[];
}

/** Asks the platform whether a server of these tools can do its work with this token. */
export async function check(
  client: PlatformClient,
  config: ClientConfig,
  tools: ReadonlyMap<string, OfferedTool>,
): Promise<CheckReport> {
  const { projectId } = config;
  const steps: CheckStep[] = [];
  let unreachable = false;
  const step = async <T>(name: CheckStep["name"], detail: (value: T) => string, attempt: () => Promise<T>) => {
    try {
      const value = await attempt();
      steps.push({ name, ok: true, detail: detail(value) });
      return value;
    } catch (error) {
      unreachable ||= error instanceof NetworkError || error instanceof TimeoutError;
      steps.push({ name, ok: false, detail: reason(error) });
      return undefined;
    }
  };

  await step(
    "platform",
    () => config.apiUrl.href,
    () => drain(client.call(system.healthz, {})),
  );
  // Nothing more can be learnt from a platform that cannot be reached, and each attempt takes its time.
  const me = unreachable
    ? undefined
    : await step(
        "token",
        (caller) => `${caller.name} (${caller.user_type})`,
        () => client.call(auth.getMe, projectId === undefined ? {} : { project_id: projectId }),
      );
  if (projectId !== undefined && me !== undefined) {
    await step(
      "project",
      (project) => project.name,
      () => client.call(projects.getProject, { project_id: projectId }),
    );
  }
  const rows = [...tools.values()].map(({ tool }) => toolPermission(tool, me));
  const ok = steps.every((done) => done.ok) && rows.every(({ missing, bound }) => bound || !missing?.length);
  return { ok, steps, tools: rows };
}

async function drain(text: Promise<AsyncIterable<string>>): Promise<void> {
  for await (const _ of await text);
}

function reason(error: unknown): string {
  if (error instanceof PlatformError && error.status === 401) {
    return "the platform does not accept this token: it has expired, was revoked, or is for another platform";
  }
  if (error instanceof ClientError) return sanitize(error.message);
  throw error;
}
