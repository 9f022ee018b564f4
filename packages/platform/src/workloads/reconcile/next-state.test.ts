import { describe, expect, test } from "vitest";
import type { WorkloadState } from "../../runtime/workload.ts";
import type { Known } from "./known.ts";
import { type Finding, type Next, nextState } from "./next-state.ts";

const now = 1_000_000_000;
const before: Known = {
  ...{ goal: "active", generation: 3, observedGeneration: 3, reachedGeneration: 2 },
  ...{ status: "syncing", reason: null, message: null, url: null, failures: 0, stalled: false },
  ...{ lastTransitionAt: now - 4_000, nextAttemptAt: null },
};
const wanted = { ...before, status: "pending", observedGeneration: 2 } as const;
const healthy = { ...before, status: "healthy", reachedGeneration: 3 } as const;
const degraded = { ...healthy, status: "degraded", reason: "not_ready", nextAttemptAt: now + 7_000 } as const;
const failed = { ...before, status: "failed", reason: "crash_loop", failures: 3, nextAttemptAt: now + 4_000 } as const;
const stopping = { ...wanted, goal: "stopped" } as const;
const removing = { ...wanted, goal: "removed" } as const;

function seen(status: WorkloadState["status"], more: Partial<WorkloadState> = {}): Finding {
  return { kind: "observed", state: { status, reason: null, message: null, url: null, ...more }, applied: false };
}

/** The same, just after it was applied. */
function applied(...what: Parameters<typeof seen>): Finding {
  return { ...seen(...what), applied: true } as Finding;
}

const begun: Finding = { kind: "begun" };
const crashed = { reason: "crash_loop", message: "exit 1" } as const;
const attemptFailed: Finding = { kind: "failed", ...crashed, isFinal: false };
const hopeless: Finding = { kind: "failed", reason: "no_command", message: "no Procfile", isFinal: true };
const unknown: Finding = { kind: "unknown", message: "no answer", applied: false };
const ended: Finding = { kind: "ended", isDone: true };
const ending: Finding = { kind: "ended", isDone: false };
const success = { status: "success", reason: null, message: null } as const;
const failure = { status: "failure", ...crashed } as const;

type Case = readonly [name: string, known: Known, finding: Finding, next: Partial<Next>];

const cases: readonly Case[] = [
  ["new: it is brought about", wanted, begun, { status: "syncing", history: null }],
  ["ready: healthy, a success", before, seen("ready"), { status: "healthy", history: success, lookIn: 60_000 }],
  ["ready at once", before, applied("ready"), { status: "healthy", history: success }],
  ["ready: where it answers", before, seen("ready", { url: "http://x/" }), { url: "http://x/" }],
  ["still ready: no second success", healthy, seen("ready"), { status: "healthy", history: null, lookIn: 60_000 }],
  [
    "ready again after a failure",
    { ...failed, message: "m" },
    seen("ready"),
    {
      ...{ status: "healthy", reason: null, message: null, failures: 0, nextAttemptAt: null, history: success },
    },
  ],
  ["ready again: no second success", degraded, seen("ready"), { status: "healthy", reason: null, history: null }],
  [
    "repaired: no second success",
    { ...before, reachedGeneration: 3 },
    seen("ready"),
    { status: "healthy", history: null },
  ],

  ["on its way", before, seen("progressing"), { status: "syncing", history: null, lookIn: 1_000 }],
  [
    "on its way, and why it takes long",
    before,
    seen("progressing", { reason: "unschedulable", message: "no node" }),
    {
      ...{ status: "syncing", reason: "unschedulable", message: "no node" },
    },
  ],
  [
    "on its way for too long",
    { ...before, lastTransitionAt: now - 600_000 },
    seen("progressing"),
    {
      ...{ status: "failed", reason: "not_ready", failures: 1 },
      history: { status: "failure", reason: "not_ready", message: "it has not become ready within 10 minutes" },
    },
  ],
  [
    "applied again, since whoever did so was killed: it has its time from now on",
    { ...before, lastTransitionAt: now - 900_000 },
    applied("progressing"),
    { status: "syncing", isNew: true, lookIn: 500 },
  ],
  [
    "tried again after a failure",
    failed,
    applied("progressing"),
    {
      ...{ status: "syncing", reason: null, failures: 3, nextAttemptAt: null, history: null, lookIn: 500 },
    },
  ],

  [
    "failing ends an attempt",
    before,
    seen("failing", crashed),
    {
      ...{ status: "failed", ...crashed, failures: 1, nextAttemptAt: now + 900, history: failure, lookIn: 900 },
    },
  ],
  [
    "failing at once",
    failed,
    applied("failing", crashed),
    { status: "failed", failures: 4, nextAttemptAt: now + 7_200 },
  ],
  [
    "failing between two attempts is the same failure",
    failed,
    seen("failing", { reason: "oom_killed", message: "m" }),
    {
      ...{ status: "failed", reason: "oom_killed", message: "m", failures: 3, nextAttemptAt: now + 4_000 },
      ...{ history: null, lookIn: 4_000 },
    },
  ],
  [
    "on its way between two attempts: not before it is",
    failed,
    seen("progressing"),
    {
      ...{ status: "failed", reason: "crash_loop", failures: 3, nextAttemptAt: now + 4_000, history: null },
    },
  ],
  [
    "the longest pause",
    { ...before, failures: 40 },
    seen("failing", crashed),
    {
      ...{ failures: 41, nextAttemptAt: now + 270_000, lookIn: 60_000 },
    },
  ],
  ["an attempt that fails", before, attemptFailed, { status: "failed", ...crashed, failures: 1, history: failure }],
  [
    "an attempt that cannot succeed",
    before,
    hopeless,
    {
      ...{ status: "failed", reason: "no_command", stalled: true, failures: 1, nextAttemptAt: null },
      ...{ history: { status: "failure", reason: "no_command", message: "no Procfile" }, lookIn: 3_600_000 },
    },
  ],

  [
    "healthy no more",
    healthy,
    seen("failing", crashed),
    {
      ...{ status: "degraded", ...crashed, failures: 0, nextAttemptAt: now + 30_000, history: null },
    },
  ],
  [
    "healthy no more, and on its way",
    healthy,
    seen("progressing"),
    { status: "degraded", reason: "not_ready", history: null },
  ],
  [
    "healthy, and gone",
    healthy,
    seen("absent"),
    { status: "degraded", reason: "gone", nextAttemptAt: now, history: null },
  ],
  [
    "gone again as soon as it was applied",
    degraded,
    applied("absent"),
    {
      ...{ status: "degraded", reason: "gone", failures: 1, nextAttemptAt: now + 900 },
    },
  ],
  ["a repair that fails", degraded, attemptFailed, { status: "degraded", ...crashed, failures: 1, history: failure }],
  ["a repair that cannot succeed", degraded, hopeless, { status: "failed", stalled: true }],
  ["a repair that takes time", degraded, applied("progressing"), { status: "syncing", failures: 0, history: null }],

  [
    "healthy, as far as anybody knows",
    healthy,
    unknown,
    {
      ...{ status: "degraded", reason: "unreachable", message: "no answer", history: null },
    },
  ],
  ["unknown on its way", before, unknown, { status: "syncing", reason: "unreachable", failures: 0, history: null }],
  ["unknown after a failure", failed, unknown, { status: "failed", reason: "crash_loop", failures: 3, history: null }],

  ["stopping", stopping, ending, { status: "syncing", history: null, lookIn: 1_000 }],
  [
    "stopped",
    { ...stopping, url: "http://x/" },
    ended,
    { status: "stopped", url: null, history: success, isRemoved: false },
  ],
  ["still stopped", { ...healthy, goal: "stopped", status: "stopped" }, ended, { status: "stopped", history: null }],
  [
    "stopping again what could not be stopped",
    { ...failed, goal: "stopped", reachedGeneration: 3 },
    ending,
    { status: "syncing", nextAttemptAt: null },
  ],
  ["cannot be stopped yet", stopping, attemptFailed, { status: "failed", failures: 1, history: failure }],
  ["being removed", removing, ending, { status: "syncing", isRemoved: false, history: null }],
  ["removed", removing, ended, { isRemoved: true, history: success }],
  ["a removal is never given up", removing, hopeless, { status: "failed", stalled: false, nextAttemptAt: now + 900 }],
];

describe("what is recorded after a look", () => {
  test.each(cases)("%s", (_, known, finding, next) => {
    expect(nextState(known, finding, { now, random: 0.5 })).toMatchObject(next);
  });
});
