import type { Manifest } from "../../runtime/workload.ts";
import { quoted } from "../../yaml/quoted.ts";
import type { YamlDocuments } from "../../yaml/read-yaml.ts";
import { YamlError } from "../../yaml/yaml-error.ts";
import type { YamlPath } from "../../yaml/yaml-place.ts";
import { checkFields } from "./check-fields.ts";
import { checkReferences, type Numbered, type Own } from "./check-references.ts";
import type { ManifestProblem } from "./manifest-problem.ts";

const maxManifests = 50;

/**
 * The manifests of a file, each of a kind and with fields that are allowed, nothing but what was checked in them.
 * Documents that are empty are left out.
 * @throws YamlError with every problem, its line and its rule
 */
export function checkManifests({ values, lineOf }: YamlDocuments, own: Own): readonly Manifest[] {
  const checked = values.flatMap((value, index) =>
    value === null || value === undefined ? [] : [{ index, ...checkFields(value, index) }],
  );
  const manifests: readonly Numbered[] = checked.flatMap(({ index, manifest }) =>
    manifest === undefined ? [] : [{ index, manifest }],
  );
  const ofFields = checked.flatMap(({ problems = [] }) => problems);
  const problems = ofFields.length > 0 ? ofFields : [...together(manifests), ...checkReferences(manifests, own)];
  if (problems.length > 0) {
    throw new YamlError(
      problems
        .map(({ path, message }) => ({ line: lineOf(path), message: `${placeOf(path, values)} ${message}` }))
        .sort((a, b) => a.line - b.line),
    );
  }
  return manifests.map(({ manifest }) => manifest);
}

/** What is wrong with them as a whole. */
function together(manifests: readonly Numbered[]): readonly ManifestProblem[] {
  if (!manifests.some(({ manifest }) => manifest.kind === "Deployment")) {
    return [{ path: [], message: "holds no Deployment: nothing would run" }];
  }
  if (manifests.length > maxManifests) return [{ path: [], message: `holds more than ${maxManifests} manifests` }];
  const names = manifests.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`);
  return manifests.flatMap(({ index }, position) =>
    names.indexOf(names[position] ?? "") === position
      ? []
      : [{ path: [index, "metadata", "name"], message: "is there twice" }],
  );
}

/** `Deployment 'web': spec.template.spec.hostNetwork`. */
function placeOf([index, ...path]: YamlPath, documents: readonly unknown[]): string {
  if (typeof index !== "number") return "the file";
  const document = documents[index];
  const kind = textAt(document, "kind");
  const name = textAt(
    typeof document === "object" && document !== null ? Reflect.get(document, "metadata") : null,
    "name",
  );
  const object =
    kind === undefined
      ? `document ${index + 1}`
      : [quoted(kind).slice(1, -1), name && quoted(name)].filter(Boolean).join(" ");
  if (path.length === 0) return object;
  const field = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${quoted(key).slice(1, -1)}`)).join("");
  return `${object}: ${field.slice(1)}`;
}

function textAt(value: unknown, key: string): string | undefined {
  const text: unknown = typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
  return typeof text === "string" ? text : undefined;
}
