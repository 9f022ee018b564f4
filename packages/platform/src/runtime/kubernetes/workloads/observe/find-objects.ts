import type { Manifest } from "../../../workload.ts";
import { listObjects } from "../api/objects.ts";
import { listDeployments } from "../api/pods.ts";
import type { Kind } from "../kinds.ts";
import { kinds } from "../kinds.ts";
import type { Workplace } from "../place.ts";
import type { StoredDeployment, StoredObject } from "../stored.ts";
import { driftOf } from "./drift-of.ts";

interface Wanted {
  readonly namespace: string;
  /** Of what is the workload's. */
  readonly selector: string;
  readonly objects: readonly Manifest[];
}

/** What there is of a workload. */
export interface FoundObjects {
  readonly deployments: readonly StoredDeployment[];
  /** What is not as it was applied, in words; undefined when all that was looked at is. */
  readonly drift: string | undefined;
}

/** Compares Deployments with what they should be. @throws KubeError */
export async function findDeployments(place: Workplace, { objects, ...selected }: Wanted): Promise<FoundObjects> {
  const wanted = objects.filter(({ kind }) => kind === "Deployment");
  const there = await listDeployments(place.client, selected);
  const named = (name: string) => there.find(({ metadata }) => metadata.name === name);
  return {
    deployments: wanted.flatMap(({ metadata }) => named(metadata.name) ?? []),
    drift: firstOf(wanted, (manifest) => {
      const object = named(manifest.metadata.name);
      return driftOf(manifest, { object, replicas: object?.spec.replicas });
    }),
  };
}

/** Compares everything with what it should be. @throws KubeError */
export async function findObjects(place: Workplace, { objects, ...selected }: Wanted): Promise<FoundObjects> {
  const used = kinds.filter(({ kind }: Kind) => kind !== "Deployment" && objects.some((each) => each.kind === kind));
  const [found, ...others] = await Promise.all([
    findDeployments(place, { objects, ...selected }),
    ...used.map(async (kind: Kind) => ({
      wanted: objects.filter((each) => each.kind === kind.kind),
      there: await listObjects(place.client, kind, selected),
    })),
  ]);
  const drift = firstOf(others, ({ wanted, there }) => {
    const named = (name: string): StoredObject | undefined => there.find(({ metadata }) => metadata.name === name);
    return firstOf(wanted, (manifest) =>
      driftOf(manifest, { object: named(manifest.metadata.name), replicas: undefined }),
    );
  });
  return { ...found, drift: found.drift ?? drift };
}

function firstOf<T>(all: readonly T[], find: (each: T) => string | undefined): string | undefined {
  for (const each of all) {
    const found = find(each);
    if (found !== undefined) return found;
  }
  return undefined;
}
