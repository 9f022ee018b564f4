import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { KubeObject } from "./kube-objects.ts";

/** Every version of the objects of one kind in a namespace, from when the watch began. */
export interface Watched<T> extends AsyncDisposable {
  readonly versions: readonly T[];
  /** The first version, from the beginning, of which this holds. */
  find(holds: (version: T) => boolean): Promise<T>;
}

/** @param resource such as `pods` */
export async function watch<T extends KubeObject>(namespace: string, resource: string): Promise<Watched<T>> {
  const versions: T[] = [];
  const listeners = new Set<() => void>();
  const path = `/api/v1/namespaces/${namespace}/${resource}?watch=true`;
  const child = spawn("kubectl", ["get", "--raw", path], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  createInterface({ input: child.stdout }).on("line", (line) => {
    versions.push(JSON.parse(line).object);
    for (const listener of listeners) listener();
  });
  return {
    versions,
    find: (holds) =>
      new Promise((resolve) => {
        const look = () => {
          const found = versions.find(holds);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
      }),
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}
