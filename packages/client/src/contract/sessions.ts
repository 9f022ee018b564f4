import * as z from "zod";
import { endpoint, text } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { logSelection } from "./pipelines.ts";
import { containerImage } from "./projects.ts";
import { branchName, done, queryBoolean, queryInteger, timestamp, uuid } from "./values.ts";

export const sessionStatus = z.enum(["pending", "running", "completed", "failed", "stopped"]);
export type SessionStatus = z.output<typeof sessionStatus>;

/** Which servers the agent gets: `AGENT_ROLE` of the runner. Not a role of the platform's access control. */
export const agentRole = z.enum(["dev", "ops", "admin", "ui"]);
export type AgentRole = z.output<typeof agentRole>;

/**
 * Why a session ended, beyond its status.
 * - `exit`: the agent ended with `exit_code`; `stopped`: somebody stopped it; `deadline`: its time was over.
 * - `start_failed`: its identity, clone or process could not be set up; `setup_failed`: one of its setup commands failed.
 * - `unsaved`: work is left that could not be pushed; the message says where it is.
 * - `lost`: what ran it went away; what the last checkpoint held is in `refs/agent-wip/<session>`.
 * - `oom_killed`, `evicted`, `image_pull`: what became of its pod.
 */
export const sessionEndReason = z.enum([
  "exit",
  "stopped",
  "deadline",
  "start_failed",
  "setup_failed",
  "unsaved",
  "lost",
  "oom_killed",
  "evicted",
  "image_pull",
]);
export type SessionEndReason = z.output<typeof sessionEndReason>;

/** A command that prepares the agent's work tree, run by `sh`. */
const setupCommand = z
  .string()
  .min(1)
  .max(2000)
  .refine((value) => !value.includes("\0"), "must not contain NUL");

/** Text that goes to an agent. */
const agentText = z
  .string()
  .min(1)
  .max(100_000)
  .refine((value) => !value.includes("\0"), "must not contain NUL");

/** How the agent is started. Nothing else may be in it. */
export const sessionConfig = z.strictObject({
  /** A model's name, as Claude Code's `--model` takes it. */
  model: z
    .string()
    .max(200)
    .regex(/^[A-Za-z0-9][\w.:@/[\]-]*$/, "must be a model's name")
    .nullish(),
  max_turns: z.int().min(1).max(10_000).nullish(),
  role: agentRole.nullish(),
  /** Instead of the project's `agent_image`. */
  image: containerImage.nullish(),
  /** Run one after another in the clone, before the agent; the first that fails ends the session. */
  setup_commands: z.array(setupCommand).max(20).nullish(),
});
export type SessionConfig = z.output<typeof sessionConfig>;

export const session = z.object({
  id: uuid,
  project_id: uuid,
  /** Who asked for it. */
  user_id: uuid,
  user_name: z.string().nullish(),
  /** Cut to 200 characters in lists. */
  prompt: z.string(),
  status: sessionStatus,
  /** Where the agent's work is pushed to. */
  branch: z.string().nullable(),
  pod_name: z.string().nullable(),
  provider: z.string(),
  cost_tokens: z.int().nullable(),
  created_at: timestamp,
  finished_at: timestamp.nullable(),
  started_at: timestamp.nullish(),
  /** When it is stopped at the latest. */
  expires_at: timestamp.nullish(),
  role: agentRole.optional(),
  image: z.string().nullish(),
  /** The user that the agent is on the platform. */
  agent_user_id: uuid.nullish(),
  reason: sessionEndReason.nullish(),
  /** The agent's own summary when it completed, else what went wrong. */
  message: z.string().nullish(),
  /** Claude Code's. */
  exit_code: z.int().nullish(),
  turns: z.int().nullish(),
  cost_usd: z.number().nullish(),
  /** What its branch was at when it ended, if it pushed. */
  commit_sha: z.string().nullish(),
});
export type Session = z.output<typeof session>;

/** What was said in a session: by whoever asked (`user`), the agent, its tools, the platform (`system`). */
export const sessionMessage = z.object({
  id: uuid,
  role: z.enum(["user", "assistant", "system", "tool"]),
  content: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  created_at: timestamp,
});

/**
 * What happened in a session. `message` is what a user said to the agent, `text` what it says; `setup` is output of the
 * preparation, `milestone` what the platform did, such as start it or see its work pushed.
 */
export const sessionEventKind = z.enum([
  "message",
  "setup",
  "thinking",
  "text",
  "tool_call",
  "tool_result",
  "milestone",
  "error",
  "completed",
]);
export type SessionEventKind = z.output<typeof sessionEventKind>;

/** The data of a server-sent event; its `id` is `number`, its type is `kind`. */
export const sessionEvent = z.object({
  /** Counted from 1 in each session, without gaps. */
  number: z.int(),
  kind: sessionEventKind,
  message: z.string(),
  metadata: z.record(z.string(), z.unknown()).nullish(),
  created_at: timestamp,
});
export type SessionEvent = z.output<typeof sessionEvent>;

/** A permission that the agent does not get, as who asked does not hold it, and what will be refused for that. */
export const skippedPermission = z.object({ permission: z.string(), tools: z.array(z.string()) });

export const createSession = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/sessions",
  summary: "Start an agent on a task, with an identity of its own that ends with the session",
  permission: "agent:run",
  rate: "expensive",
  body: z.object({
    prompt: agentText,
    provider: z.literal("claude-code").default("claude-code"),
    /** Default: `agent/` and the first 8 characters of the session's id. */
    branch: branchName.optional(),
    config: sessionConfig.default({}),
    /** Lends the agent `deploy:read` and `deploy:promote`. */
    delegate_deploy: z.boolean().default(false),
    /** Lends the agent `observe:read`. */
    delegate_observe: z.boolean().default(false),
    /** How long it may run; without it, as the platform is configured: 120 unless somebody has said otherwise. */
    deadline_minutes: z.int().min(1).max(1440).optional(),
  }),
  response: session.extend({ skipped_permissions: z.array(skippedPermission).optional() }),
  status: 201,
});

export const listSessions = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/sessions",
  summary: "List agent sessions, newest first",
  permission: "project:read",
  query: page.extend({ status: sessionStatus.optional() }),
  response: pageOf(session),
});

export const getSession = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/sessions/{session_id}",
  summary: "Get a session with the first 100 of its messages",
  permission: "project:read",
  response: session.extend({ messages: z.array(sessionMessage) }),
});

export const sendMessage = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/sessions/{session_id}/message",
  summary:
    "Say something to a running agent; for who asked for the session, or with project:write, and holds all that the agent was lent",
  permission: "project:read",
  body: z.object({ content: agentText }),
  response: done,
});

export const stopSession = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/sessions/{session_id}/stop",
  summary:
    "Stop a session, whose work is saved first; one that has ended stays as it is. For who asked for it, or with project:write",
  permission: "project:read",
  response: done,
});

export const extendSession = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/sessions/{session_id}/extend",
  summary: "Give a session more time, up to 24 hours after its start. For whom `message` is for, but no agent",
  permission: "project:read",
  body: z.object({
    /** From now on. */
    minutes: z.int().min(1).max(1440),
  }),
  response: session,
});

export const sessionEvents = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/sessions/{session_id}/events",
  summary: "What happened in a session, as server-sent events; `Last-Event-ID` counts as `after`",
  permission: "project:read",
  query: z.object({
    /** Only what came after the event with this number. */
    after: queryInteger(0, 2_147_483_647).optional(),
    /** Go on with what comes until the session has ended. */
    follow: queryBoolean.default(true),
  }),
  response: text,
});

export const sessionOutput = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/sessions/{session_id}/output",
  summary: "What the session's processes printed, as it came; selected as of a step's log",
  permission: "project:read",
  query: logSelection,
  response: text,
});
