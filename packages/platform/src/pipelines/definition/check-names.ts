import { quoted } from "../../yaml/quoted.ts";
import type { YamlPath } from "../../yaml/yaml-place.ts";
import { closest } from "./closest.ts";
import type { PipelineDefinition, StepDefinition } from "./definition.ts";

/** Something wrong between parts of a definition, with where it stands. */
interface Finding {
  readonly path: YamlPath;
  readonly message: string;
}

/** What no single value of a definition shows: names that are given twice, dependencies on nothing or in a circle. */
export function checkNames({ steps, artifacts }: PipelineDefinition): readonly Finding[] {
  const names = steps.map(({ name }) => name);
  const findings = [
    ...repeated("steps", "step", names),
    ...repeated(
      "artifacts",
      "artifact",
      artifacts.map(({ name }) => name),
    ),
    ...steps.flatMap((step, index) => unknownDependencies(step, index, names)),
  ];
  return findings.length > 0 ? findings : circles(steps);
}

function repeated(list: string, noun: string, names: readonly string[]): Finding[] {
  return names.flatMap((name, index) =>
    names.indexOf(name) === index
      ? []
      : [{ path: ["pipeline", list, index, "name"], message: `there is another ${noun} called ${quoted(name)}` }],
  );
}

function unknownDependencies({ name, depends_on }: StepDefinition, index: number, names: readonly string[]): Finding[] {
  return depends_on
    .filter((other) => !names.includes(other))
    .map((other) => {
      const meant = closest(other, names);
      const advice = meant === undefined ? "" : `; did you mean ${quoted(meant)}?`;
      const message = `step ${quoted(name)} depends on ${quoted(other)}, and there is no such step${advice}`;
      return { path: ["pipeline", "steps", index, "depends_on"], message };
    });
}

/** The first circle, since one mistake can make many. */
function circles(steps: readonly StepDefinition[]): readonly Finding[] {
  const byName = new Map(steps.map((step) => [step.name, step]));
  const done = new Set<string>();
  const follow = (name: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name];
    if (done.has(name)) return undefined;
    done.add(name);
    for (const other of byName.get(name)?.depends_on ?? []) {
      const circle = follow(other, [...path, name]);
      if (circle !== undefined) return circle;
    }
    return undefined;
  };
  for (const { name } of steps) {
    const circle = follow(name, []);
    if (circle === undefined) continue;
    const index = steps.findIndex((step) => step.name === circle[0]);
    const message = `steps depend on each other in a circle: ${circle.map(quoted).join(" -> ")}`;
    return [{ path: ["pipeline", "steps", index, "depends_on"], message }];
  }
  return [];
}
