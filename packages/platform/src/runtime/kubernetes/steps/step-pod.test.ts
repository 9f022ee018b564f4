import { expect, test } from "vitest";
import { StartError, type StepPlan } from "../../runtime.ts";
import { labelsOf, stepPodName } from "../names.ts";
import { expand } from "../testing/expand.ts";
import { stepPod } from "./step-pod.ts";
import { stepSecret } from "./step-secret.ts";

const stepId = "00000000-0000-4000-8000-000000000001";
const projectId = "00000000-0000-4000-8000-000000000002";
const installation = "00000000-0000-4000-8000-000000000003";
const name = stepPodName(installation, stepId, 2);
const labels = labelsOf({ component: "step", installation, projectId, run: { stepId, attempt: 2 } });
const resources = { requests: { cpu: "250m", memory: "256Mi" }, limits: { cpu: "2", memory: "4Gi" } };

function plan(more: Partial<StepPlan> = {}): StepPlan {
  return {
    ...{ stepId, attempt: 2, pipelineId: "p", projectId, name: "test", image: "node:22", inputs: [] },
    ...{ commands: ["npm ci", "npm test"], environment: { CI: "true" }, timeoutSeconds: 3600 },
    source: { repository: { path: "/none" }, commit: "0".repeat(40) },
    ...more,
  };
}

const podOf = (more?: Partial<StepPlan>) =>
  stepPod({ plan: plan(more), name, labels, secretName: name, resources, helperImage: "runner:1" });

test("a step's pod", async () => {
  // The programs are files of their own.
  const text = JSON.stringify(podOf(), (key, value) => (key === "env" ? "(its program)" : value), 2);
  await expect(`${text}\n`).toMatchFileSnapshot("__golden__/step-pod.json");
});

test("nothing of its environment is in its pod, and all of it in its Secret", () => {
  const environment = { TOKEN: "very-secret", QUOTES: `"$(id)"\n'$(TOKEN)'`, HOME: "/elsewhere" };
  expect(JSON.stringify(podOf({ environment }))).not.toMatch(/very-secret|elsewhere/);
  const owner = { apiVersion: "v1", kind: "Pod", name, uid: "u" };
  const secret = stepSecret({ name, labels, owner, plan: plan({ environment }) });
  expect(secret.stringData).toEqual({ TMPDIR: "/tmp", LANG: "C.UTF-8", LC_ALL: "C.UTF-8", ...environment });
  expect(secret.metadata?.ownerReferences).toEqual([owner]);
  const large = plan({ environment: Object.fromEntries([..."abcdefghi"].map((key) => [key, "x".repeat(125_000)])) });
  expect(() => stepSecret({ name, labels, owner, plan: large })).toThrow(StartError);
});

test.each(["echo $(HOME) $$(HOME) $HOME $$ $(X)", "a\n# b", `'"\`$(id)\``, "ä😀\u202e", "--help", ""])(
  "the commands reach the shell as they are: %j",
  (command) => {
    const step = podOf({ commands: [command] }).spec?.containers[0];
    expect(expand(step?.command?.at(-1) ?? "none", { HOME: "wrong", X: "wrong" })).toBe(command);
  },
);

test("commands that no process can be started with are refused", () => {
  expect(() => podOf({ commands: ["x".repeat(128 * 1024)] })).toThrow("The commands are longer than 128 KiB");
  expect(() => podOf({ commands: ["a\0b"] })).toThrow(StartError);
});
