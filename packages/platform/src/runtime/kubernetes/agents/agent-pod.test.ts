import fc from "fast-check";
import { expect, test } from "vitest";
import { stringify } from "yaml";
import { hostileTexts } from "../../../testing/injection-corpus.ts";
import type { AgentPlan } from "../../agent.ts";
import { StartError } from "../../runtime.ts";
import { labelsOf } from "../names.ts";
import { expand } from "../testing/expand.ts";
import { agentPod } from "./agent-pod.ts";
import { secretContent } from "./agent-secret.ts";
import { agentPlan, settings } from "./testing/agent-plan.ts";

function podOf(plan: AgentPlan) {
  const { sessionId, projectId } = plan;
  const labels = labelsOf({ component: "agent-session", installation: "one", projectId, run: { sessionId } });
  const content = secretContent(plan);
  return agentPod({ plan, settings, name: "agent-1", labels, secretName: "agent-1-abc", content });
}

function containersOf(plan: AgentPlan) {
  const { spec } = podOf(plan);
  return [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])];
}

const manifest = (pod: object) => stringify(pod, { lineWidth: 0, aliasDuplicateObjects: false });

test("the pod of a session in the runner's image", async () => {
  await expect(manifest(podOf(agentPlan()))).toMatchFileSnapshot("__golden__/agent-pod.yaml");
});

test("the pod of a session with setup commands in another image", async () => {
  const plan = agentPlan({ image: "golang:1.25", setupCommands: ["go mod download", "go build ./..."] });
  await expect(manifest(podOf(plan))).toMatchFileSnapshot("__golden__/agent-pod-foreign.yaml");
});

/** Texts that some layer between here and a process could take for something else. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...["$(PLATFORM_API_TOKEN)", "$(rm -rf /)", "$$", "$", "`id`", "; exit 1 #", "' || id || '", '" && id && "'],
        ...["\n", "\r\n", "\t", "--upload-pack=id", "-", "{{.}}", "${" + "HOME}", "\u202e", "\ufeff", "é🙂"],
      ),
      // Those that are too long for a variable are refused, as another test shows.
      fc.constantFrom(...hostileTexts.map(({ text }) => text).filter(({ length }) => length < 5_000)),
      fc.string({ unit: "binary", maxLength: 100 }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((parts) => parts.join("").replaceAll("\0", "").toWellFormed())
  .filter((text) => text !== "");
const token = "s3cret-token-of-this-agent";

const plans = fc
  .record({
    image: hostile,
    setupCommands: fc.array(hostile, { maxLength: 20 }),
    branch: hostile,
    defaultBranch: hostile,
    user: hostile,
    value: hostile,
    secret: hostile,
    prompt: hostile,
    option: hostile,
  })
  .map(({ image, setupCommands, branch, defaultBranch, user, value, secret, prompt, option }) =>
    agentPlan({
      image,
      setupCommands,
      prompt,
      options: [option],
      environment: { GIVEN: value, BRANCH: branch },
      secrets: { PLATFORM_API_TOKEN: token, PROJECT_SECRET: `${token}${secret}` },
      clone: { path: "/ada/hello.git", user, branch, defaultBranch },
    }),
  );

test("what users write is in no command, and gets to its container as it is", () => {
  const commands = (plan: AgentPlan) => containersOf(plan).map(({ name, command }) => ({ name, command }));
  const constant = new Map(
    commands(agentPlan({ image: "other", setupCommands: ["true"] })).map(({ name, command }) => [name, command]),
  );
  fc.assert(
    fc.property(plans, (plan) => {
      for (const { name, command } of commands(plan)) {
        const expected = name === "setup" ? constant.get(name)?.with(-2, String(plan.setupCommands.length)) : undefined;
        expect(command).toEqual(expected ?? constant.get(name));
      }
      const content = secretContent(plan);
      for (const { name, env = [], args } of containersOf(plan)) {
        const variables = Object.fromEntries(env.map((each) => [each.name, each.value ?? "from the secret"]));
        const valueIn = (variable: string) => expand(variables[variable] ?? "", variables);
        if (name === "git-clone") {
          expect(valueIn("BRANCH")).toBe(plan.clone.branch);
          expect(valueIn("PLATFORM_USER")).toBe(plan.clone.user);
        }
        if (name === "setup" || name === "claude") expect(valueIn("GIVEN")).toBe(plan.environment.GIVEN);
        if (name === "claude") {
          expect(args?.map((arg) => expand(arg, variables))).toEqual(["run", ...plan.options]);
        }
      }
      expect(content.data.prompt).toBe(plan.prompt);
      expect(content.setup.map(({ command }) => content.data[command])).toEqual(plan.setupCommands);
    }),
    { numRuns: 100 },
  );
});

test("no secret and no prompt is in the pod's manifest", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const marked = {
        ...plan,
        prompt: `prompt-${token}`,
        setupCommands: plan.setupCommands.map((one) => token + one),
      };
      expect(JSON.stringify(podOf(marked))).not.toContain(token);
      expect(Object.values(secretContent(marked).data).join()).toContain(token);
    }),
    { numRuns: 30 },
  );
});

test("no container of any plan has more rights than it needs, or an object of the cluster to use them on", () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const { spec } = podOf(plan);
      expect(spec).toMatchObject({
        automountServiceAccountToken: false,
        enableServiceLinks: false,
        securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: "RuntimeDefault" } },
      });
      expect(Object.keys(spec ?? {})).not.toEqual(expect.arrayContaining(["hostNetwork", "hostPID", "hostIPC"]));
      for (const volume of spec?.volumes ?? []) expect(Object.keys(volume)).toHaveLength(2);
      expect(spec?.volumes?.every(({ emptyDir, secret }) => emptyDir ?? secret)).toBe(true);
      for (const { securityContext, stdin, tty } of containersOf(plan)) {
        expect([stdin, tty]).toEqual([undefined, undefined]);
        expect(securityContext).toEqual({
          allowPrivilegeEscalation: false,
          capabilities: { drop: ["ALL"] },
          readOnlyRootFilesystem: true,
        });
      }
    }),
    { numRuns: 20 },
  );
});

test("what the runtime decides wins over what a project's secrets or its environment are called", () => {
  const plan = agentPlan({
    environment: { HOME: "/a", RESCUE_DIR: "/b" },
    secrets: { PLATFORM_API_TOKEN: token, WORKSPACE: "/c", PLATFORM_API_URL: "http://evil", PROMPT_FILE: "/d" },
  });
  const claude = containersOf(plan).find(({ name }) => name === "claude");
  const names = claude?.env?.map(({ name }) => name) ?? [];
  expect(names).toEqual([...new Set(names)]);
  expect(Object.fromEntries(claude?.env?.map(({ name, value }) => [name, value]) ?? [])).toMatchObject({
    HOME: "/home/agent",
    RESCUE_DIR: "/home/agent/rescue",
    WORKSPACE: "/workspace",
    PLATFORM_API_URL: settings.podUrl,
    PROMPT_FILE: "/run/agent/prompt/prompt",
  });
});

test("what no process or Secret can hold is refused before anything is made", () => {
  const long = "x".repeat(128 * 1024);
  expect(() => podOf(agentPlan({ secrets: { PLATFORM_API_TOKEN: token, BIG: long } }))).toThrow(StartError);
  expect(() => podOf(agentPlan({ environment: { "a-b": "" } }))).toThrow(/"a-b" cannot be the name/);
  expect(() => podOf(agentPlan({ environment: { A: "\0" } }))).toThrow(/NUL/);
  const secrets = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`S${index}`, "é".repeat(30_000)]));
  expect(() => podOf(agentPlan({ secrets }))).toThrow(/more than a Secret can hold/);
  expect(() => podOf(agentPlan({ secrets: {} }))).toThrow(/no token/);
});
