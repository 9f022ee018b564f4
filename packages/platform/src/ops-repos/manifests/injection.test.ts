import fc from "fast-check";
import { expect, test } from "vitest";
import { YamlError } from "../../yaml/yaml-error.ts";
import { pod } from "../testing/hostile-manifests.ts";
import { soundTemplate } from "../testing/sound-template.ts";
import { readManifests } from "./read-manifests.ts";
import type { TemplateValues } from "./template-values.ts";

const values: TemplateValues = {
  image_ref: "nginx:1.29",
  project_name: "shop",
  environment: "production",
  host: "production.shop.example",
  values: { replicas: 2, greeting: "hello" },
};

/** Fields that would give rights, wherever a cluster knows them. */
const dangerous: readonly (readonly [key: string, value: unknown])[] = [
  ["hostNetwork", true],
  ["hostPID", true],
  ["hostIPC", true],
  ["privileged", true],
  ["allowPrivilegeEscalation", true],
  ["procMount", "Unmasked"],
  ["hostPath", { path: "/" }],
  ["projected", { sources: [{ serviceAccountToken: { path: "token" } }] }],
  ["secret", { secretName: "x" }],
  ["secretKeyRef", { name: "x", key: "y" }],
  ["namespace", "kube-system"],
  ["serviceAccountName", "platform"],
  ["automountServiceAccountToken", true],
  ["finalizers", ["a/b"]],
  ["ownerReferences", []],
  ["hostPort", 80],
  ["externalIPs", ["10.0.0.1"]],
  ["nodePort", 30_000],
  ["nodeName", "n"],
  ["host", "theirs.example"],
  ["sysctls", []],
  ["add", ["SYS_ADMIN"]],
  ["ephemeralContainers", []],
  ["__proto__", { privileged: true }],
];

type Tree = { [key: string]: Tree } | Tree[] | string | number | boolean | null;

/** Every map with the key that it stands under. */
function mapsIn(tree: Tree, under = ""): (readonly [under: string, map: Record<string, Tree>])[] {
  if (Array.isArray(tree)) return tree.flatMap((item) => mapsIn(item, under));
  if (typeof tree !== "object" || tree === null) return [];
  return [[under, tree], ...Object.entries(tree).flatMap(([key, value]) => mapsIn(value, key))];
}

/** What comes of the sound manifests after a change; undefined when they are refused. */
function rendered(change: (documents: Tree) => void = () => {}): string | undefined {
  const documents: Tree[] = JSON.parse(JSON.stringify(readManifests(soundTemplate, values)));
  change(documents);
  try {
    // JSON is YAML.
    return JSON.stringify(readManifests(documents.map((document) => JSON.stringify(document)).join("\n---\n"), values));
  } catch (error) {
    expect(error).toBeInstanceOf(YamlError);
    return undefined;
  }
}

test("what gives rights is refused wherever it is put, and but a word where any word can stand", () => {
  const sound = rendered();
  expect(sound).toBeDefined();
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...dangerous), (position, [key, value]) => {
      let place = "";
      const after = rendered((documents) => {
        const maps = mapsIn(documents);
        const [under, map] = maps[position % maps.length] ?? ["", {}];
        place = under;
        Object.defineProperty(map, key, { value, enumerable: true, configurable: true });
      });
      const isWord = typeof value === "string" && ["labels", "annotations", "data", "matchLabels"].includes(place);
      if (after !== undefined && !isWord) expect(after).toBe(sound);
      // Where it is accepted without being words, it was dropped, which is right of nothing but this.
      if (after !== undefined && !isWord && key !== "__proto__") expect([place, key]).toEqual(["", "refused"]);
    }),
    { numRuns: 200 },
  );
});

test("any tree of a cluster's words is refused, or comes out as what was checked", () => {
  const word = fc.constantFrom(
    ...["apiVersion", "kind", "metadata", "spec", "template", "containers", "name", "web", "Deployment", "apps/v1"],
    ...["selector", "matchLabels", "image", "volumes", "labels", "__proto__", "constructor", "toString"],
  );
  const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      word,
      fc.constantFrom(null, true, 1, -1, 1.5),
      fc.array(tie("tree"), { maxLength: 3 }),
      fc.dictionary(word, tie("tree"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom("", pod("")), (value, before) => {
      const text = `${before}\n---\n${JSON.stringify(value)}\n`;
      try {
        expect(readManifests(text, values).map(({ kind }) => kind)).toEqual(["Deployment"]);
      } catch (error) {
        expect(error).toBeInstanceOf(YamlError);
        expect(String(error)).toMatch(/line \d+: /);
      }
    }),
    { numRuns: 200 },
  );
});
