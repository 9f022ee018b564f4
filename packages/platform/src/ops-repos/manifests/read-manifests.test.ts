import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { YamlError } from "../../yaml/yaml-error.ts";
import { hostileManifests, ingress, pod, rule } from "../testing/hostile-manifests.ts";
import { soundTemplate } from "../testing/sound-template.ts";
import { readManifests } from "./read-manifests.ts";
import type { TemplateValues } from "./template-values.ts";

const values: TemplateValues = {
  image_ref: "registry.example/shop:1",
  project_name: "shop",
  environment: "production",
  host: "production.shop.example",
  values: { replicas: 3, greeting: 'x"\n---\nkind: ClusterRole\n' },
};

function problemsOf(template: string, more: Partial<TemplateValues> = {}): readonly string[] {
  try {
    readManifests(template, { ...values, ...more });
  } catch (error) {
    if (error instanceof YamlError) return error.problems.map(({ line, message }) => `${line}: ${message}`);
    throw error;
  }
  return [];
}

test("manifests of every kind that is allowed are rendered and come out as they were written", () => {
  const manifests = readManifests(soundTemplate, values);
  expect(manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual([
    "Deployment web-production",
    "ConfigMap web-production",
    "Service web",
    "Ingress web",
    "HorizontalPodAutoscaler web",
    "PodDisruptionBudget web",
  ]);
  const [deployment, configMap] = manifests;
  expect(deployment).toMatchObject({
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: "shop", environment: "production" } },
      template: {
        metadata: { labels: { app: "shop", tier: "front" } },
        spec: {
          containers: [{ image: "registry.example/shop:1", env: [{ value: 'x"\n---\nkind: ClusterRole\n' }, {}, {}] }],
        },
      },
    },
  });
  expect(configMap).toMatchObject({
    data: { "web.conf": 'host production.shop.example;\ngreeting "x"\n---\nkind: ClusterRole\n";\n' },
  });
});

test("a kind that is no word is refused like any other", () => {
  for (const kind of ["{ toString: x }", "[{ toString: x, valueOf: 1 }]", "3", "true"]) {
    expect(problemsOf(`kind: ${kind}`)).toEqual([
      expect.stringMatching(/^1: .*kind is not allowed: there may be Deployment/),
    ]);
  }
});

test("what keeps containers apart is put in where it is left out: to a cluster that means the opposite", () => {
  const more = "initContainers: [{ name: i, image: x, securityContext: { runAsUser: 7 } }]";
  const [deployment] = readManifests(pod(more), values);
  expect(deployment).toMatchObject({
    spec: {
      template: {
        spec: {
          securityContext: { seccompProfile: { type: "RuntimeDefault" } },
          containers: [{ securityContext: { allowPrivilegeEscalation: false } }],
          initContainers: [{ securityContext: { allowPrivilegeEscalation: false, runAsUser: 7 } }],
        },
      },
    },
  });
});

test("what clusters of any age need to be told is told them: amounts as text, protocols by name", () => {
  const [deployment, , service] = readManifests(soundTemplate, values);
  expect(deployment).toMatchObject({
    spec: {
      template: {
        spec: {
          containers: [
            { resources: { limits: { cpu: "1", memory: "1.5Gi" } }, ports: [{ containerPort: 8080, protocol: "TCP" }] },
          ],
        },
      },
    },
  });
  expect(service).toMatchObject({ spec: { ports: [{ port: 80, protocol: "TCP" }] } });
});

test("pods get no token of the cluster, whether or not the manifest says so", () => {
  const [deployment] = readManifests(pod(""), values);
  expect(deployment).toMatchObject({ spec: { template: { spec: { automountServiceAccountToken: false } } } });
});

describe.each(Object.entries(hostileManifests))("of %s", (_, cases) => {
  test.each(cases)("%s is refused, with its line and why", (_name, template, line, message) => {
    const problems = problemsOf(template);
    const lines = template.split("\n");
    const second = line.startsWith("!second ");
    const wanted = (second ? line.slice(8) : line).trimEnd();
    const matching = lines.flatMap((text, index) => (text.includes(wanted) ? [index + 1] : []));
    const expected = second ? matching.filter((number) => lines[number - 1] === `  ${wanted}`)[1] : matching.at(-1);
    expect(problems.join("\n")).toMatch(message);
    expect(problems.find((problem) => message.test(problem))).toMatch(new RegExp(`^${expected}: `));
  });
});

test("every refusal of a file is told, in the order of its lines", () => {
  const problems = problemsOf(pod("hostNetwork: true\nhostPID: true", "securityContext: { privileged: true }"));
  expect(problems).toEqual([
    expect.stringMatching(/^13: Deployment 'web': .*privileged must be false/),
    expect.stringMatching(/^14: .*hostNetwork/),
    expect.stringMatching(/^15: .*hostPID/),
  ]);
});

test("without an address no Ingress can be", () => {
  const problems = problemsOf(soundTemplate.replaceAll(/.*\{\{ host \}\}.*\n/g, "    x\n"), { host: null });
  expect(problems.join()).not.toBe("");
  const plain = ingress(rule("a.example"));
  expect(problemsOf(plain, { host: null }).join()).toMatch(/gives deployments no address/);
  expect(problemsOf(soundTemplate, { host: null }).join()).toMatch(/the template's 'host' has no value/);
});

test("the documents' example is one", () => {
  const text = readFileSync(new URL("../../../../../docs/ops-repos.md", import.meta.url), "utf8");
  const [, example = ""] = /```yaml\n(.*?)```/s.exec(text) ?? [];
  const kinds = readManifests(example, values).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  expect(kinds).toEqual(["Deployment web-production", "Service web-production"]);
});
