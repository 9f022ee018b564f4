import {
  auth,
  type ClientConfig,
  ClientError,
  type Endpoint,
  NetworkError,
  type PlatformClient,
  PlatformError,
  projects,
  type ResponseOf,
  system,
  TimeoutError,
} from "@platform-mcp/client";
import { type OfferedTool, permissionsOf } from "../tools/catalogue.ts";
import type { Tool } from "../tools/tool.ts";
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
  /** What it misses concerns the whole platform, and this token is good for one project: it is refused, by design. */
  readonly bound?: true;
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
  const rows = [...tools.values()].map(({ tool }) => permissionOf(tool, me));
  const ok = steps.every((done) => done.ok) && rows.every(({ missing, bound }) => bound || !missing?.length);
  return { ok, steps, tools: rows };
}

type Me = ResponseOf<typeof auth.getMe>;

function permissionOf(tool: Tool, me: Me | undefined): ToolPermission {
  const permissions = permissionsOf(tool);
  const held = me?.permissions;
  if (held === undefined) return { name: tool.name, permissions, missing: null };
  const anywhere = new Set([...held.global, ...(held.project ?? [])]);
  const lacks = ({ permission, scope }: Endpoint) =>
    !(scope === "global" ? held.global.includes(permission) : anywhere.has(permission));
  const lacking = tool.uses.filter(lacks);
  const missing = permissions.filter((permission) => lacking.some((endpoint) => endpoint.permission === permission));
  const isBound =
    missing.length > 0 &&
    typeof me?.token?.project_id === "string" &&
    missing.every((permission) => anywhere.has(permission));
  return { name: tool.name, permissions, missing, ...(isBound && { bound: true }) };
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
  for (const { name, missing, permissions, bound } of tools) {
    const state = missing === null ? "?   " : bound ? "-   " : missing.length === 0 ? "ok  " : "FAIL";
    const detail =
      missing === null
        ? `needs ${permissions.join(", ")}`
        : missing.length === 0
          ? ""
          : bound
            ? `refused: it needs ${missing.join(", ")} on the whole platform, and the token is good for one project`
            : `missing ${missing.join(", ")}`;
    lines.push(`${state} ${name.padEnd(24)} ${detail}`.trimEnd());
  }
  return `${lines.join("\n")}\n${ok ? "ready" : "not ready"}\n`;
}
