import { quoted } from "../../yaml/quoted.ts";
import type { YamlPath } from "../../yaml/yaml-place.ts";
import type { ManifestProblem } from "./manifest-problem.ts";
import type { CheckedManifest, ManifestKind } from "./schema/manifest.ts";

/** A manifest with the number of the document that it is from. */
export interface Numbered {
  readonly index: number;
  readonly manifest: CheckedManifest;
}

type Of<Kind extends ManifestKind> = Extract<CheckedManifest, { kind: Kind }>;
type Labels = Readonly<Record<string, string>>;
type PodContainer = Of<"Deployment">["spec"]["template"]["spec"]["containers"][number];

/** What belongs to a deployment beside its manifests. */
export interface Own {
  /** Where it answers; null on a platform that gives deployments no address. */
  readonly host: string | null;
  /** The name of the Secret in which it finds the project's secrets. */
  readonly secret: string;
}

/**
 * Checks what manifests say of each other, of hosts and of secrets. They may only name what is among them or their own:
 * in its namespace a deployment has neighbours, whose configuration, secrets, pods and hosts are not its own.
 */
export function checkReferences(manifests: readonly Numbered[], own: Own): readonly ManifestProblem[] {
  const named = new Set(manifests.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`));
  const pods = manifests.flatMap(({ manifest }) =>
    manifest.kind === "Deployment" ? [manifest.spec.template.metadata.labels] : [],
  );
  const problems: ManifestProblem[] = [];
  const mustExist = (kind: ManifestKind, name: string | undefined, path: YamlPath) => {
    if (name === undefined || named.has(`${kind} ${name}`)) return;
    problems.push({ path, message: `${quoted(name)} is not among these manifests: there is no such ${kind}` });
  };
  const mustSelect = (wanted: Labels, from: readonly Labels[], path: YamlPath) => {
    if (from.some((labels) => Object.entries(wanted).every(([key, value]) => labels[key] === value))) return;
    problems.push({ path, message: "does not fit the pods of any Deployment among these manifests" });
  };

  for (const { index, manifest } of manifests) {
    const at = (...path: YamlPath) => [index, "spec", ...path];
    switch (manifest.kind) {
      case "Deployment": {
        const { selector, template } = manifest.spec;
        mustSelect(selector.matchLabels, [template.metadata.labels], at("selector"));
        for (const { name, path } of configMapsOf(template.spec)) {
          mustExist("ConfigMap", name, at("template", "spec", ...path));
        }
        for (const { name, path } of secretsOf(template.spec)) {
          if (name === undefined || name === own.secret) continue;
          const message = `${quoted(name)} is not allowed: a deployment has one Secret, {{ environment }}, with its project's secrets`;
          problems.push({ path: at("template", "spec", ...path), message });
        }
        break;
      }
      case "Service":
        mustSelect(manifest.spec.selector, pods, at("selector"));
        break;
      case "PodDisruptionBudget":
        mustSelect(manifest.spec.selector.matchLabels, pods, at("selector"));
        break;
      case "HorizontalPodAutoscaler":
        mustExist("Deployment", manifest.spec.scaleTargetRef.name, at("scaleTargetRef", "name"));
        break;
      case "Ingress":
        for (const { name, path } of servicesOf(manifest)) mustExist("Service", name, at(...path));
        for (const { name, path } of hostsOf(manifest)) {
          const message = hostProblem(name, own.host);
          if (message !== undefined) problems.push({ path: at(...path), message });
        }
    }
  }
  return problems;
}

/** A name that a manifest gives, and where below `spec`. */
interface Mention {
  readonly name: string | undefined;
  readonly path: YamlPath;
}

type PodSpec = Of<"Deployment">["spec"]["template"]["spec"];

function configMapsOf(spec: PodSpec): readonly Mention[] {
  return [
    ...inContainers(spec, ({ env = [], envFrom = [] }) => [
      ...env.map(({ valueFrom }, index) => ({
        name: valueFrom?.configMapKeyRef?.name,
        path: ["env", index, "valueFrom", "configMapKeyRef", "name"],
      })),
      ...envFrom.map(({ configMapRef }, index) => ({
        name: configMapRef?.name,
        path: ["envFrom", index, "configMapRef", "name"],
      })),
    ]),
    ...(spec.volumes ?? []).map(({ configMap }, index) => ({
      name: configMap?.name,
      path: ["volumes", index, "configMap", "name"],
    })),
  ];
}

function secretsOf(spec: PodSpec): readonly Mention[] {
  return inContainers(spec, ({ env = [], envFrom = [] }) => [
    ...env.map(({ valueFrom }, index) => ({
      name: valueFrom?.secretKeyRef?.name,
      path: ["env", index, "valueFrom", "secretKeyRef", "name"],
    })),
    ...envFrom.map(({ secretRef }, index) => ({
      name: secretRef?.name,
      path: ["envFrom", index, "secretRef", "name"],
    })),
  ]);
}

/** What each container of a pod mentions, with where that is in the pod. */
function inContainers(
  { containers, initContainers = [] }: PodSpec,
  mentions: (container: PodContainer) => readonly Mention[],
): readonly Mention[] {
  const lists: readonly (readonly [string, readonly PodContainer[]])[] = [
    ["containers", containers],
    ["initContainers", initContainers],
  ];
  return lists.flatMap(([list, each]) =>
    each.flatMap((container, number) =>
      mentions(container).map(({ name, path }) => ({ name, path: [list, number, ...path] })),
    ),
  );
}

function servicesOf({ spec }: Of<"Ingress">): readonly Mention[] {
  return spec.rules.flatMap(({ http }, rule) =>
    http.paths.map(({ backend }, index) => ({
      name: backend.service.name,
      path: ["rules", rule, "http", "paths", index, "backend", "service", "name"],
    })),
  );
}

function hostsOf({ spec }: Of<"Ingress">): readonly { readonly name: string; readonly path: YamlPath }[] {
  return [
    ...spec.rules.map(({ host }, rule) => ({ name: host, path: ["rules", rule, "host"] })),
    ...(spec.tls ?? []).flatMap(({ hosts }, index) =>
      hosts.map((name, number) => ({ name, path: ["tls", index, "hosts", number] })),
    ),
  ];
}

function hostProblem(name: string, own: string | null): string | undefined {
  if (own === null) return "is not allowed: this platform gives deployments no address from outside the cluster";
  if (name === own || name.endsWith(`.${own}`)) return undefined;
  return `${quoted(name)} is not allowed: this deployment answers at ${own} and below it, as {{ host }} says`;
}
