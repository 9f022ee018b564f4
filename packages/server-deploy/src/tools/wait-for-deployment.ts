import { previews } from "@platform-mcp/client";
import { type Api, defineTool, note, quoteName, record } from "@platform-mcp/server-kit";
import * as z from "zod";
import { environment, preview } from "../arguments.ts";
import { deploymentDetailsOutput } from "../deployment/deployment.ts";
import { messagePart } from "../message.ts";
import { nextStep } from "../next-step.ts";
import { previewDetailsOutput } from "../preview/preview.ts";
import { argumentOf, type Target, targetOf } from "../target.ts";
import { isAwaited, isDecided } from "../wait/is-decided.ts";
import { looks } from "../wait/look-at.ts";
import { watchWorkload } from "../wait/watch-workload.ts";
import { whyNone } from "../wait/why-none.ts";

/** Seconds in which a pipeline that has succeeded has made what it deploys. */
const appearance = 20;

export const waitForDeployment = defineTool({
  name: "wait_for_deployment",
  title: "Wait for deployment",
  description:
    "Wait until a deployment or preview is as was asked for, or fails in a way that will not heal, and say why. After a push or merge give its `commit` too: it may not be deployed yet.",
  risk: "read",
  input: {
    environment: environment.optional(),
    preview: preview.optional(),
    commit: z
      .string()
      .regex(/^[0-9a-f]{7,40}$/)
      .optional(),
    timeout_seconds: z.int().min(1).max(600).default(120),
  },
  output: { ...deploymentDetailsOutput, ...previewDetailsOutput, message: z.string().optional() },
  uses: [...looks, previews.previewHistory],
  async run({ api, project, signal, progress }, { environment, preview, commit, timeout_seconds }) {
    const target = targetOf(environment, preview);
    const started = performance.now();
    const seconds = (count: number) => started + count * 1000;
    const deadline = seconds(timeout_seconds);
    const { sight, before } = await watchWorkload(api, {
      project_id: project,
      target,
      commit,
      deadline,
      patience: commit === undefined ? seconds(Math.min(appearance, timeout_seconds)) : deadline,
      signal,
      tell: (message) => progress(message, (performance.now() - started) / 1000, timeout_seconds),
    });
    if (sight === undefined) return note(await none(api, project, target, before?.slug));
    const { workload, details } = sight;
    const next = isDecided(workload, { commit })
      ? nextStep(workload, target)
      : notDone(target, timeout_seconds, isAwaited(workload, { commit }) ? undefined : commit);
    return [record(details), ...messagePart(workload.message), ...(next === undefined ? [] : [note(next)])];
  },
});

function notDone(target: Target, seconds: number, missing: string | undefined): string {
  const again = `wait_for_deployment with ${argumentOf(target)}`;
  if (missing === undefined) return `Not done after ${seconds} s. ${again} goes on waiting.`;
  return `Commit ${missing} is not deployed after ${seconds} s: this is what was before it. wait_for_pipeline with ref=${missing} says whether its pipeline succeeded; ${again} and commit=${missing} goes on waiting.`;
}

/** @param slug of the preview that was seen before, if one was */
async function none(api: Api, project: string, target: Target, slug: string | undefined): Promise<string> {
  if (target.kind === "deployment") {
    return `There is no deployment in ${target.environment}. list_deployments shows those there are.`;
  }
  const reason = await whyNone(api, project, slug ?? target.preview);
  const why = reason === undefined ? "" : ` ${reason}`;
  return `There is no preview ${quoteName(target.preview)}.${why} list_previews shows those there are; a successful pipeline of the branch makes one.`;
}
