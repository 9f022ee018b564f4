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
import { type OfferedTool, permissionsOf } from "../tools/catalogue.ts";
import { sanitize } from "../untrusted/sanitize.ts";

/** One thing that must hold for a server to work. */
export interface CheckStep {
  readonly name: "platform" | "token" | "project";
  readonly ok: boolean;
  readonly detail: string;
}

/** Whether this token may use a tool; null where the platform does not say what a token may do. */
export interface ToolPermission {
  readonly name: string;
  readonly permissions: readonly string[];
  readonly missing: readonly string[] | null;
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
  const held =
    me?.permissions === undefined ? null : new Set([...me.permissions.global, ...(me.permissions.project ?? [])]);
  const rows = [...tools.values()].map(({ tool }) => {
    const needed = permissionsOf(tool);
    return {
      name: tool.name,
      permissions: needed,
      missing: held && needed.filter((permission) => !held.has(permission)),
    };
  });
  const ok = steps.every((done) => done.ok) && rows.every(({ missing }) => missing === null || missing.length === 0);
  return { ok, steps, tools: me === undefined ? rows.map((row) => ({ ...row, missing: null })) : rows };
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

/** The report for people. */
export function checkText({ ok, steps, tools }: CheckReport): string {
  const lines = steps.map((step) => `${step.ok ? "ok  " : "FAIL"} ${step.name.padEnd(10)} ${step.detail}`);
  for (const { name, missing, permissions } of tools) {
    const state = missing === null ? "?   " : missing.length === 0 ? "ok  " : "FAIL";
    const detail =
      missing === null
        ? `needs ${permissions.join(", ")}`
        : missing.length === 0
          ? ""
          : `missing ${missing.join(", ")}`;
    lines.push(`${state} ${name.padEnd(24)} ${detail}`.trimEnd());
  }
  return `${lines.join("\n")}\n${ok ? "ready" : "not ready"}\n`;
}
