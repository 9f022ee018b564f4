import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StepCondition } from "../definition/definition.ts";
import { advance, type PipelineState, type StepState } from "./advance.ts";
import { stepOrder } from "./step-order.ts";

interface Given {
  readonly name: string;
  readonly depends_on?: readonly string[];
  readonly when?: Partial<StepCondition>;
  readonly status?: StepState["status"];
  readonly reason?: StepState["reason"];
  readonly ready?: boolean;
}

function pipeline(steps: readonly Given[], more: Partial<PipelineState> = {}): PipelineState {
  return {
    trigger: "push",
    branch: "main",
    steps: steps.map(({ name, depends_on = [], status = "pending", reason = null, ready = false }) => ({
      ...{ name, depends_on, status, reason },
      ready: ready || status === "running" || status === "success" || status === "failure",
    })),
    definition: {
      steps: steps.map(({ name, depends_on = [], when }) => ({
        ...{ name, depends_on, image: "alpine", commands: [], environment: {}, timeout_minutes: 60 },
        when: { status: "success", branches: [], triggers: [], ...when },
      })),
    },
    ...more,
  };
}

const a = { name: "a" };
const b = { name: "b", depends_on: ["a"] };

describe("what becomes ready", () => {
  test("steps without dependencies at once, others when theirs have succeeded", () => {
    expect(advance(pipeline([a, b, { name: "c" }]))).toEqual({ ready: ["a", "c"], skipped: [], ended: undefined });
    expect(advance(pipeline([{ ...a, status: "running" }, b])).ready).toEqual([]);
    expect(advance(pipeline([{ ...a, status: "success" }, b])).ready).toEqual(["b"]);
  });

  test("a step only once", () => {
    expect(advance(pipeline([{ ...a, ready: true }])).ready).toEqual([]);
  });

  test("after a step that its condition skipped, whatever follows it", () => {
    const state = pipeline([{ ...a, when: { branches: ["release/*"] } }, b]);
    expect(advance(state)).toEqual({
      ready: ["b"],
      skipped: [{ name: "a", reason: "condition", message: "it runs only on release/*" }],
      ended: undefined,
    });
  });

  test("a step whose conditions skip it waits for its turn, so that nothing after it starts too early", () => {
    const c = { name: "c", depends_on: ["b"] };
    const steps = [{ ...a, status: "running" as const }, { ...b, when: { branches: ["other"] } }, c];
    expect(advance(pipeline(steps))).toEqual({ ready: [], skipped: [], ended: undefined });
  });
});

describe("what is skipped", () => {
  test("everything after a failure, naming what failed", () => {
    const steps = [{ ...a, status: "failure" as const }, b, { name: "c", depends_on: ["b"] }, { name: "d" }];
    expect(advance(pipeline(steps))).toEqual({
      ready: ["d"],
      skipped: ["b", "c"].map((name) => ({ name, reason: "dependency_failed", message: '"a" failed' })),
      ended: undefined,
    });
  });

  test("a step that is skipped by its condition hides no failure", () => {
    const steps = [
      { ...a, status: "failure" as const },
      { ...b, when: { status: "always" as const, branches: ["other"] } },
      { name: "c", depends_on: ["b"] },
    ];
    expect(advance(pipeline(steps)).skipped.map(({ name, reason }) => [name, reason])).toEqual([
      ["b", "condition"],
      ["c", "dependency_failed"],
    ]);
  });

  test.each([
    [{ triggers: ["api" as const] }, "it runs only in pipelines started by api"],
    [{ branches: ["dev", "x/*"] }, "it runs only on dev, x/*"],
    [{ status: "failure" as const }, "it runs only after a failure"],
  ])("by a condition: %o", (when, message) => {
    expect(advance(pipeline([{ ...a, when }]))).toEqual({
      ready: [],
      skipped: [{ name: "a", reason: "condition", message }],
      ended: "success",
    });
  });

  test("a branch condition on a tag or a commit, which are on no branch", () => {
    expect(advance(pipeline([{ ...a, when: { branches: ["*"] } }], { branch: null })).skipped).toHaveLength(1);
  });
});

describe("steps that run whatever became of the others", () => {
  const always = { name: "clean", when: { status: "always" as const } };
  const onFailure = { name: "tell", when: { status: "failure" as const } };

  test("wait for all others, but not for each other or for what follows them", () => {
    const after = { name: "after", depends_on: ["clean"] };
    const running = [{ ...a, status: "running" as const }, always, onFailure, after];
    expect(advance(pipeline(running))).toEqual({ ready: [], skipped: [], ended: undefined });
    expect(advance(pipeline([{ ...a, status: "success" }, always, onFailure, after]))).toEqual({
      ready: ["clean"],
      skipped: [{ name: "tell", reason: "condition", message: "it runs only after a failure" }],
      ended: undefined,
    });
  });

  test("run after a failure, a skipped step's too", () => {
    const steps = [{ ...a, status: "failure" as const }, b, { ...onFailure, depends_on: ["b"] }];
    expect(advance(pipeline(steps)).ready).toEqual(["tell"]);
  });
});

describe("how it ends", () => {
  test.each([
    ["success", ["success", "success"]],
    ["failure", ["success", "failure"]],
    [undefined, ["failure", "running"]],
  ] as const)("%s of %o", (ended, [first, second]) => {
    expect(
      advance(
        pipeline([
          { ...a, status: first },
          { name: "c", status: second },
        ]),
      ).ended,
    ).toBe(ended);
  });

  test("a pipeline without steps has succeeded", () => {
    expect(advance(pipeline([])).ended).toBe("success");
  });
});

/** Pipelines whose steps depend on any before them, with any conditions. */
const pipelines = fc.integer({ min: 0, max: 9 }).chain((count) =>
  fc.record({
    steps: fc.tuple(
      ...Array.from({ length: count }, (_, index) =>
        fc.record({
          name: fc.constant(`s${index}`),
          depends_on: fc.subarray(Array.from({ length: index }, (_, other) => `s${other}`)),
          when: fc.record({
            status: fc.constantFrom("success" as const, "success" as const, "failure" as const, "always" as const),
            branches: fc.constantFrom([], [], ["main"], ["other"]),
            triggers: fc.constantFrom([], [], ["push" as const], ["api" as const]),
          }),
        }),
      ),
    ),
    /** Which of the steps that could end next does, and how. */
    choices: fc.array(fc.record({ which: fc.nat(), succeeds: fc.boolean() }), { minLength: count, maxLength: count }),
  }),
);

test("any pipeline ends, whatever its steps do, without a step that started before those it waits for had ended", () => {
  fc.assert(
    fc.property(pipelines, ({ steps, choices }) => {
      let state = pipeline(steps);
      const order = stepOrder(state.steps, state.definition);
      const change = (names: readonly string[], change: Partial<StepState>) => {
        state = {
          ...state,
          steps: state.steps.map((step) => (names.includes(step.name) ? { ...step, ...change } : step)),
        };
      };
      const statusOf = (name: string) => state.steps.find((step) => step.name === name)?.status ?? "pending";
      for (const { which, succeeds } of [...choices, ...choices.slice(0, 1)]) {
        const { ready, skipped, ended } = advance(state);
        for (const { name, reason } of skipped) change([name], { status: "skipped", reason });
        for (const name of ready) {
          const step = { name, depends_on: state.steps.find((other) => other.name === name)?.depends_on ?? [] };
          expect(order.before(step).map(statusOf)).not.toContain("pending");
          expect(order.before(step).map(statusOf)).not.toContain("running");
        }
        change(ready, { status: "running", ready: true });
        // What is true once stays so: nothing more follows from the same state.
        expect(advance(state)).toEqual({ ready: [], skipped: [], ended });
        const running = state.steps.filter(({ status }) => status === "running");
        expect(ended === undefined).toBe(running.length > 0);
        const next = running[which % Math.max(running.length, 1)];
        if (next === undefined) break;
        change([next.name], { status: succeeds ? "success" : "failure" });
      }
      const { ended } = advance(state);
      const statuses = state.steps.map(({ status }) => status);
      expect(ended).toBe(statuses.includes("failure") ? "failure" : "success");
      // A step is skipped because of a failure only if there was one.
      const blamed = state.steps.some(({ reason }) => reason === "dependency_failed");
      if (blamed) expect(statuses).toContain("failure");
    }),
    { numRuns: 300 },
  );
});
