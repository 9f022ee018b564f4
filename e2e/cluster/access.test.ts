import { afterAll, beforeAll, expect, test } from "vitest";
import { kubectl, kubectlWith } from "./lib/kubectl.ts";
import { makeNamespaces, type Namespaces, readManifests, renamed } from "./lib/namespaces.ts";

let namespaces: Namespaces;
beforeAll(async () => {
  namespaces = await makeNamespaces();
});
afterAll(async () => {
  await namespaces?.[Symbol.asyncDispose]();
});

/** What an account may do in a namespace, one line a rule. */
async function rights(account: { readonly namespace: string; readonly name: string }, namespace: string) {
  const groups = ["system:serviceaccounts", `system:serviceaccounts:${account.namespace}`, "system:authenticated"];
  const table = await kubectl([
    ...["auth", "can-i", "--list", "--namespace", namespace, "--no-headers"],
    ...["--as", `system:serviceaccount:${account.namespace}:${account.name}`],
    ...groups.flatMap((group) => ["--as-group", group]),
  ]);
  return table
    .trim()
    .split("\n")
    .map((line) => line.replace(/\s+/g, " ").trim())
    .map((line) => line.replace(/(?<=\[)[a-z ]*(?=\]$)/, (verbs) => verbs.split(" ").sort().join(" ")))
    .sort();
}

/** What the platform's account may do there, and others may not. */
async function ownRights(namespace: string): Promise<readonly string[]> {
  const { platform } = namespaces;
  const defaults = await rights({ namespace: platform, name: "nobody" }, namespace);
  const all = await rights({ namespace: platform, name: "platform" }, namespace);
  return all.filter((line) => !defaults.includes(line));
}

/** Namespaces are made and removed wherever; which ones, nothing but the platform's own care decides. */
const everywhere = () => [
  `clusterroles.rbac.authorization.k8s.io [] [${namespaces.role}] [bind]`,
  "deployments.apps [] [] [watch]",
  "namespaces [] [] [create delete get list patch]",
  "rolebindings.rbac.authorization.k8s.io [] [] [create]",
];

test("the platform's account may run steps and agents where these are, and elsewhere no more than make namespaces", async () => {
  const { platform, agents } = namespaces;
  expect(await ownRights(agents)).toEqual(
    [
      ...everywhere(),
      "pods [] [] [create delete get list watch]",
      "pods/exec [] [] [create get]",
      "pods/log [] [] [get]",
      "secrets [] [] [create delete get]",
    ].sort(),
  );
  for (const namespace of [platform, "default", "kube-system"]) {
    expect(await ownRights(namespace)).toEqual(everywhere());
  }
});

test("it takes the rights of its role in a namespace of its own, and of no other role", async () => {
  const { kubeconfig, workloads, role } = namespaces;
  const namespace = `${workloads}-rights`;
  await kubectl(["create", "namespace", namespace], { kubeconfig });
  const bind = (name: string, to: string) =>
    kubectl(
      [
        ...["create", "rolebinding", name, "--namespace", namespace, `--clusterrole=${to}`],
        `--serviceaccount=${namespaces.platform}:platform`,
      ],
      { kubeconfig },
    );
  for (const other of ["cluster-admin", "view"]) await expect(bind("other", other)).rejects.toThrow(/forbidden/);
  await bind("platform", role);
  const objects = (name: string, verbs = "create delete list patch") => `${name} [] [] [${verbs}]`;
  await expect
    .poll(() => ownRights(namespace))
    .toEqual(
      [
        ...everywhere().filter((line) => !line.startsWith("deployments")),
        objects("configmaps"),
        objects("deployments.apps", "create delete list patch watch"),
        objects("events", "list"),
        objects("horizontalpodautoscalers.autoscaling"),
        objects("ingresses.networking.k8s.io"),
        objects("networkpolicies.networking.k8s.io", "create list patch"),
        objects("poddisruptionbudgets.policy"),
        objects("pods", "list"),
        objects("pods/log", "get"),
        objects("secrets", "create delete get list patch"),
        objects("services"),
      ].sort(),
    );
});

test("the cluster takes every object of the manifests", async () => {
  const names = { platform: namespaces.platform, "platform-agents": namespaces.agents };
  const objects = (await readManifests()).map((object) => renamed(object, names));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const answer = await kubectlWith(list, ["apply", "--dry-run=server", "--output", "name", "--filename", "-"]);
  expect(answer.trim().split("\n")).toHaveLength(objects.length);
});
