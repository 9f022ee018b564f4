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
    .sort();
}

test("the platform's account may do what the platform does, where it runs things, and nothing elsewhere", async () => {
  const { platform, agents } = namespaces;
  const nobody = { namespace: platform, name: "nobody" };
  const defaults = await rights(nobody, agents);
  const account = { namespace: platform, name: "platform" };
  const own = (await rights(account, agents)).filter((line) => !defaults.includes(line));
  expect(own).toEqual([
    "pods [] [] [create delete get list watch]",
    "pods/exec [] [] [create get]",
    "pods/log [] [] [get]",
    "secrets [] [] [create delete get]",
  ]);
  for (const namespace of [platform, "default", "kube-system"])
    expect(await rights(account, namespace)).toEqual(defaults);
});

test("the cluster takes every object of the manifests", async () => {
  const names = { platform: namespaces.platform, "platform-agents": namespaces.agents };
  const objects = (await readManifests()).map((object) => renamed(object, names));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
  const answer = await kubectlWith(list, ["apply", "--dry-run=server", "--output", "name", "--filename", "-"]);
  expect(answer.trim().split("\n")).toHaveLength(objects.length);
});
