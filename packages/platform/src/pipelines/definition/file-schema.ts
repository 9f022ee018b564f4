import { projects } from "@platform-mcp/client/contract";
import * as z from "zod";
import { joinCommands } from "../../runtime/join-commands.ts";
import { artifactPathProblem, normaliseArtifactPath } from "./artifact-path.ts";
import type { PipelineDefinition } from "./definition.ts";
import { imageTemplateProblem } from "./image-template.ts";
import { isReservedVariable } from "./variable-names.ts";

/** Bytes of a step's commands: Linux takes 128 KiB in one argument. */
const maxScript = 100_000;
const secondsIn: Readonly<Record<string, number>> = { m: 60, h: 3600, d: 86_400, w: 604_800 };

const line = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .refine((text) => !/\p{Cc}/u.test(text), "must be one line without control characters");

const branchPatterns = z
  .array(line(255))
  .max(100)
  .default([])
  .describe("Names of branches, or patterns with one `*` for any characters; none is every branch.");

const commands = z
  .array(z.string())
  .max(500)
  .refine((lines) => Buffer.byteLength(joinCommands(lines)) <= maxScript, {
    error: `have more than ${maxScript} bytes: put longer scripts into files of their own`,
  })
  .default([])
  .describe("Run by `sh -c`, one after the other; the first that fails ends the step.");

const variableName = z
  .string()
  .max(255)
  .regex(/^[A-Za-z_]\w*$/, "is no name of a variable: letters, digits and '_', not beginning with a digit")
  .refine((name) => !isReservedVariable(name), "is set by the platform: choose another name");

const environment = z
  .record(variableName, z.union([z.string(), z.number(), z.boolean()]).transform(String).pipe(z.string().max(32_768)))
  .default({})
  .describe("Environment variables of the step. Numbers and booleans become the text that is written here.");

const when = z
  .strictObject({
    status: z
      .enum(["success", "failure", "always"])
      .default("success")
      .describe("What must have become of the steps it depends on, or of all others if it names none."),
    branches: branchPatterns,
    triggers: z
      .array(z.enum(["push", "api", "mr"]))
      .max(10)
      .default([])
      .describe("What started the pipeline; none is anything."),
  })
  .prefault({})
  .describe("When the step runs: every condition must hold, otherwise it is skipped.");

const step = z.strictObject({
  name: line(100).describe("Unique in the pipeline."),
  image: projects.containerImage.describe(
    "The container image that the step runs in, where the platform runs containers.",
  ),
  commands,
  environment,
  depends_on: z
    .array(z.string())
    .max(100)
    .default([])
    .transform((names) => [...new Set(names)])
    .describe(
      "Names of steps that must end before it starts; steps that do not depend on each other run at the same time.",
    ),
  timeout_minutes: z.number().positive().max(1440).default(60).describe("After so long the step is ended."),
  when,
});

const artifact = z.strictObject({
  name: line(255).describe("Unique in the pipeline."),
  path: z
    .string()
    .max(1000)
    .superRefine((path, context) => {
      const message = artifactPathProblem(path);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .transform(normaliseArtifactPath)
    .describe("A file or a directory in the work tree."),
  expires: z
    .string()
    .regex(/^[1-9]\d{0,3}[mhdw]$/, "must be a number with m, h, d or w for minutes, hours, days or weeks, such as 7d")
    .transform((text) => Number(text.slice(0, -1)) * (secondsIn[text.slice(-1)] ?? 0))
    .optional()
    .describe("How long it is kept, such as `7d`; without it, as long as the pipeline."),
});

const imageTemplate = z.string().superRefine((template, context) => {
  const message = imageTemplateProblem(template);
  if (message !== undefined) context.addIssue({ code: "custom", message });
});

const deploy = z.strictObject({
  image: z
    .string()
    .min(1)
    .max(500)
    .pipe(imageTemplate)
    .describe("The container image; `$COMMIT_SHA`, `$PROJECT`, `$REGISTRY` and `$BRANCH_SLUG` in it are replaced."),
});

const pipeline = z.strictObject({
  on: z
    .strictObject({
      push: z
        .strictObject({ branches: branchPatterns })
        .optional()
        .describe("Which pushed branches start the pipeline."),
      mr: z
        .strictObject({
          actions: z
            .array(z.enum(["opened", "synchronized", "reopened"]))
            .max(10)
            .default([])
            .describe("`synchronized` is a push to the source branch of an open merge request; none is all of them."),
        })
        .optional()
        .describe("That merge requests start the pipeline."),
    })
    .optional()
    .describe("What starts the pipeline; without it, every pushed branch does."),
  concurrency: z
    .enum(["cancel_previous"])
    .optional()
    .describe("Whether a newer pipeline of a branch cancels those of it that have not ended."),
  steps: z.array(step).min(1).max(100).describe("At least one."),
  artifacts: z.array(artifact).max(100).default([]).describe("What steps leave for later steps, and for people."),
  deploy: deploy
    .optional()
    .describe("What is deployed when the pipeline succeeds: to production from the default branch, else as a preview."),
});

/** `.platform.yaml` as its author writes it, which becomes a definition. Names across steps are not checked here. */
export const fileSchema = z.strictObject({ pipeline }).transform(
  ({ pipeline: { on, concurrency, steps, artifacts, deploy } }): PipelineDefinition => ({
    steps,
    artifacts: artifacts.map(({ name, path, expires }) => ({ name, path, expires_seconds: expires ?? null })),
    on: { push: on?.push ?? null, mr: on?.mr ?? null },
    concurrency: concurrency ?? null,
    deploy: deploy ?? null,
  }),
);
