import type { PipelineDefinition, StepCondition } from "../definition/definition.ts";

/** A step with the names of those that it says come before it. */
export interface OrderedStep {
  readonly name: string;
  readonly depends_on: readonly string[];
}

/** What comes before what in a pipeline. */
export interface StepOrder {
  readonly conditionOf: (name: string) => StepCondition;
  /**
   * The steps that must have ended before this one starts: those it depends on. One that names none and asks what became
   * of the others waits for all, except those that do the same and what comes after them.
   */
  readonly before: (step: OrderedStep) => readonly string[];
  /** All that comes before a step, near and far. */
  readonly ancestors: (step: OrderedStep) => ReadonlySet<string>;
}

const unconditional: StepCondition = { status: "success", branches: [], triggers: [] };

/** Reads the order out of the steps and their conditions in the definition. */
export function stepOrder(
  steps: readonly OrderedStep[],
  definition: Pick<PipelineDefinition, "steps"> | null,
): StepOrder {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const conditions = new Map(definition?.steps.map(({ name, when }) => [name, when]));
  const conditionOf = (name: string) => conditions.get(name) ?? unconditional;
  const waitsForAll = ({ name, depends_on }: OrderedStep) =>
    depends_on.length === 0 && conditionOf(name).status !== "success";
  const closure = (step: OrderedStep, next: (step: OrderedStep) => readonly string[]) => {
    const found = new Set<string>();
    const open = [...next(step)];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const other = byName.get(name);
      if (other === undefined || found.has(name)) continue;
      found.add(name);
      open.push(...next(other));
    }
    return found;
  };
  const isLast = (step: OrderedStep) =>
    [step.name, ...closure(step, ({ depends_on }) => depends_on)].some((name) => {
      const other = byName.get(name);
      return other !== undefined && waitsForAll(other);
    });
  const others = steps.filter((step) => !isLast(step)).map(({ name }) => name);
  const before = (step: OrderedStep) => (waitsForAll(step) ? others : step.depends_on);
  return { conditionOf, before, ancestors: (step) => closure(step, before) };
}
