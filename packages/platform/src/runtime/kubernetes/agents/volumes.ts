import type { V1Pod, V1Volume, V1VolumeMount } from "@kubernetes/client-node";
import type { ContainerOptions } from "./agent-pod.ts";
import { promptKey } from "./agent-secret.ts";
import { layout } from "./layout.ts";

/** For the pod's group alone. */
const readable = 0o440;

/** All that an agent can write to, and the parts of its Secret that are files. */
export function agentVolumes({ plan, settings, secretName, content }: ContainerOptions): V1Volume[] {
  // How much goes into them is limited by what the containers may store.
  const empty = (name: string): V1Volume => ({ name, emptyDir: {} });
  const files = (name: string, items: readonly { readonly key: string; readonly path: string }[]): V1Volume => ({
    name,
    secret: { secretName, defaultMode: readable, items: [...items] },
  });
  return [
    empty("workspace"),
    empty("home"),
    empty("tmp"),
    ...(plan.image === settings.agentImage ? [] : [empty("tools")]),
    files(promptKey, [{ key: promptKey, path: promptKey }]),
    ...(content.setup.length === 0
      ? []
      : [
          files(
            "setup",
            content.setup.flatMap(({ command, name }, index) => [
              { key: command, path: `${index + 1}/command` },
              { key: name, path: `${index + 1}/name` },
            ]),
          ),
        ]),
  ];
}

/** What every container of an agent writes to. */
export const ownMounts: readonly V1VolumeMount[] = [
  { name: "workspace", mountPath: layout.workspace },
  { name: "home", mountPath: layout.home },
  { name: "tmp", mountPath: layout.temporary },
];

/** The tools of a foreign image; the runner's has them. */
export function toolMounts({ plan, settings }: ContainerOptions): readonly V1VolumeMount[] {
  return plan.image === settings.agentImage ? [] : [{ name: "tools", mountPath: layout.tools, readOnly: true }];
}

/** The name of the Secret that a pod of an agent was made with; undefined for another pod. */
export function secretNameOf({ spec }: V1Pod): string | undefined {
  return spec?.volumes?.find(({ name }) => name === promptKey)?.secret?.secretName;
}
