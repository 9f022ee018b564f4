import fc from "fast-check";
import type { ArtifactDefinition, PipelineDefinition, StepDefinition } from "../definition.ts";

const printable = [..."aZ09 -:#&*!|>'\"%@`{}[],?\\/.~=ß漢\u{1F600}\u2028\uFEFF\u0301"];
const line = fc.string({ unit: fc.constantFrom(...printable), minLength: 1, maxLength: 12 });
const text = fc.string({ unit: fc.constantFrom(...printable, "\n", "\t", "\r", "\u0007", "\u0085"), maxLength: 30 });
const variable = fc.constantFrom("A", "b_1", "_", "__x", "PATH", "constructor", "on", "True", "NULL");
const branches = fc.array(line, { maxLength: 3 });

const step = (name: string, earlier: readonly string[]): fc.Arbitrary<StepDefinition> =>
  fc.record({
    name: fc.constant(name),
    image: fc.constantFrom("node:22", "registry.example:5000/a/b@sha256:0", "1", "true", "~a"),
    commands: fc.array(text, { maxLength: 3 }),
    environment: fc.dictionary(variable, text, { maxKeys: 3, noNullPrototype: true }),
    depends_on: fc.subarray([...earlier]),
    timeout_minutes: fc.double({ min: 0, max: 1440, minExcluded: true, noNaN: true }),
    when: fc.record({
      status: fc.constantFrom("success", "failure", "always"),
      branches,
      triggers: fc.subarray(["push" as const, "api" as const, "mr" as const]),
    }),
  });

const artifact = (name: string): fc.Arbitrary<ArtifactDefinition> =>
  fc.record({
    name: fc.constant(name),
    path: fc
      .array(fc.constantFrom("a", "b c", "é", "...", "~", "-"), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join("/")),
    expires_seconds: fc.option(fc.integer({ min: 1, max: 9999 }).map((minutes) => minutes * 60)),
  });

const names = fc.uniqueArray(line, { minLength: 1, maxLength: 4 });

/** Any definition that a file can say. */
export const definitions: fc.Arbitrary<PipelineDefinition> = fc.record({
  steps: names.chain((all) => fc.tuple(...all.map((name, index) => step(name, all.slice(0, index))))),
  artifacts: names.chain((all) => fc.tuple(...all.map(artifact))),
  on: fc.record({
    push: fc.option(fc.record({ branches })),
    mr: fc.option(fc.record({ actions: fc.subarray(["opened", "synchronized", "reopened"]) })),
  }),
  concurrency: fc.option(fc.constant("cancel_previous" as const)),
  deploy: fc.option(
    fc.record({ image: fc.constantFrom("a", "$REGISTRY/$PROJECT:$COMMIT_SHA", "r:5000/b-$BRANCH_SLUG") }),
  ),
});

/** What the file of a definition holds. */
export function fileOf({ artifacts, on, concurrency, deploy, ...rest }: PipelineDefinition): object {
  return {
    pipeline: {
      ...rest,
      ...(concurrency !== null && { concurrency }),
      ...(deploy !== null && { deploy }),
      on: { ...(on.push !== null && { push: on.push }), ...(on.mr !== null && { mr: on.mr }) },
      artifacts: artifacts.map(({ name, path, expires_seconds }) => ({
        name,
        path,
        ...(expires_seconds !== null && { expires: `${expires_seconds / 60}m` }),
      })),
    },
  };
}
