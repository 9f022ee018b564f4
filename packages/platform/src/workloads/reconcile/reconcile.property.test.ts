import fc from "fast-check";
import { expect, test } from "vitest";
import type { WorkloadState } from "../../runtime/workload.ts";
import { isCurrent, isDue, type Known } from "./known.ts";
import { mustApply } from "./must-apply.ts";
import { type Finding, type Next, nextState } from "./next-state.ts";

/** One thing that happens to a workload, or one look at it. */
type Step =
  | { readonly kind: "wanted"; readonly goal: Known["goal"] }
  | { readonly kind: "time"; readonly milliseconds: number }
  | {
      readonly kind: "look";
      readonly seen: WorkloadState["status"] | "throws";
      readonly attempt: Attempt;
      readonly dies: boolean;
    };
/** What comes of applying it, stopping it or removing it. */
type Attempt = WorkloadState["status"] | "fails" | "is hopeless" | "cannot be asked" | "takes time";

const status = fc.constantFrom<WorkloadState["status"]>("ready", "progressing", "failing", "absent");
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("wanted" as const),
      goal: fc.constantFrom<Known["goal"]>("active", "active", "stopped", "removed"),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("time" as const), milliseconds: fc.integer({ min: 1, max: 400_000 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("look" as const),
      seen: fc.oneof(status, fc.constant("throws" as const)),
      attempt: fc.oneof(status, fc.constantFrom<Attempt>("fails", "is hopeless", "cannot be asked", "takes time")),
      dies: fc.boolean(),
    }),
  },
);

/** What a reconciler does, on a row in memory and a runtime that does as it is told. */
class World {
  known: Known = {
    ...{ goal: "active", generation: 1, observedGeneration: 0, reachedGeneration: 0 },
    ...{ status: "pending", reason: null, message: null, url: null, failures: 0, stalled: false },
    ...{ lastTransitionAt: 0, nextAttemptAt: null },
  };
  now = 1_000_000;
  isGone = false;
  attempts = 0;
  readonly history: { readonly generation: number; readonly status: string }[] = [];
  #lastSeen: { readonly generation: number; readonly what: string } | undefined;

  take(step: Step): void {
    if (this.isGone) return;
    if (step.kind === "time") this.now += step.milliseconds;
    else if (step.kind === "wanted") this.#want(step.goal);
    else this.#look(step);
    if (!this.isGone) this.#check();
  }

  #want(goal: Known["goal"]): void {
    const { known, now } = this;
    const generation = known.generation + 1;
    const cleared = {
      status: "pending",
      reason: null,
      message: null,
      failures: 0,
      stalled: false,
      nextAttemptAt: null,
    } as const;
    this.known = { ...known, ...cleared, goal, generation, lastTransitionAt: now };
  }

  #look(look: Step & { readonly kind: "look" }): void {
    const finding = this.#find(look);
    if (finding !== undefined) this.#record(finding);
  }

  #find({ seen, attempt, dies }: Step & { readonly kind: "look" }): Finding | undefined {
    const { known, now } = this;
    if (isCurrent(known) && (known.stalled || (known.goal !== "active" && !isDue(known, now))))
      return { kind: "nothing" };
    if (known.goal !== "active") {
      this.attempts += 1;
      return isError(attempt) ? failed(attempt) : { kind: "ended", isDone: attempt !== "takes time" };
    }
    const state = stateOf(seen === "throws" ? "failing" : seen);
    if (isCurrent(known)) {
      if (seen === "throws") return { kind: "unknown", message: "", applied: false };
      if (!mustApply(known, state, now)) return { kind: "observed", state, applied: false };
      if (known.status === "healthy") this.#record({ kind: "observed", state, applied: false });
    } else {
      this.#record({ kind: "begun" });
    }
    this.attempts += 1;
    if (dies) return undefined;
    if (isError(attempt)) return failed(attempt);
    if (attempt === "cannot be asked") return { kind: "unknown", message: "", applied: true };
    return { kind: "observed", state: stateOf(attempt === "takes time" ? "progressing" : attempt), applied: true };
  }

  #record(finding: Finding): void {
    const { known, now } = this;
    const next: Next = nextState(known, finding, { now, random: 0.5 });
    const { generation, status: previous } = known;
    if (next.history !== null) this.history.push({ generation, status: next.history.status });
    this.#lastSeen = { generation, what: finding.kind === "observed" ? finding.state.status : finding.kind };
    expect(next.lookIn).toBeGreaterThan(0);
    if (next.nextAttemptAt !== null) expect(next.nextAttemptAt).toBeLessThanOrEqual(now + 300_000);
    const { isRemoved, isNew, history: _, lookIn: __, ...state } = next;
    this.isGone = isRemoved;
    this.known = {
      ...{ ...known, ...state, observedGeneration: generation },
      reachedGeneration: next.history?.status === "success" ? generation : known.reachedGeneration,
      lastTransitionAt: next.status === previous && !isNew ? known.lastTransitionAt : now,
    };
  }

  #check(): void {
    const { known, history, attempts } = this;
    expect(known.observedGeneration).toBeLessThanOrEqual(known.generation);
    const speaksOfNow = isCurrent(known);
    if (!speaksOfNow) expect(known.status).toBe("pending");
    if (known.status === "healthy") expect(this.#lastSeen).toEqual({ generation: known.generation, what: "ready" });
    if (known.status === "stopped") expect(known.goal).not.toBe("active");
    if (known.goal !== "active") expect(known.status).not.toMatch(/healthy|degraded/);
    if (known.status === "degraded") expect(known.reachedGeneration).toBe(known.generation);
    if (known.status === "failed") expect(known.stalled || known.nextAttemptAt !== null).toBe(true);
    if (known.status === "healthy" || known.status === "stopped")
      expect([known.failures, known.reason, known.stalled]).toEqual([0, null, false]);
    const successes = history.filter(({ status }) => status === "success").map(({ generation }) => generation);
    expect(new Set(successes).size).toBe(successes.length);
    const failures = history.filter(({ status }) => status === "failure");
    expect(failures.length).toBeLessThanOrEqual(attempts);
  }
}

function stateOf(status: WorkloadState["status"]): WorkloadState {
  return { status, reason: status === "failing" ? "crash_loop" : null, message: null, url: null };
}

const isError = (attempt: Attempt) => attempt === "fails" || attempt === "is hopeless";
const failed = (attempt: Attempt): Finding => ({
  ...{ kind: "failed", reason: "start_failed", message: "m", isFinal: attempt === "is hopeless" },
});

test("whatever happens: what is recorded is true, each generation succeeds once, and each attempt fails once", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const world = new World();
      for (const one of steps) world.take(one);
    }),
    { numRuns: 500 },
  );
});

test("whatever has happened: once nothing goes wrong any more, what is wanted is", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const world = new World();
      for (const one of steps) world.take(one);
      for (let looks = 0; looks < 3; looks++) {
        world.take({ kind: "time", milliseconds: 600_000 });
        const seen = world.known.status === "healthy" ? "ready" : "progressing";
        world.take({ kind: "look", seen, attempt: "ready", dies: false });
      }
      const { known, isGone } = world;
      if (known.stalled || isGone) return;
      expect(known.status).toBe({ active: "healthy", stopped: "stopped", removed: "" }[known.goal]);
    }),
    { numRuns: 500 },
  );
});
