import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HostChanges } from "../host/host-changes.ts";
import { NotPossible } from "../host/not-possible.ts";
import { knownEngine } from "../image/engine.ts";
import { read, show } from "../image/host.ts";
import type { Cluster } from "./cluster.ts";
import { buildImages } from "./images.ts";
import { webTags } from "./web-images.ts";

/** A cluster that kind has made in this machine's container engine, with the images of this work tree loaded into it. */
export async function kindCluster(name: string, changes: HostChanges, say: (line: string) => void): Promise<Cluster> {
  const engine = await knownEngine();
  if (engine === undefined) throw new NotPossible("kind needs a container engine, and none answers here");
  const directory = await changes.directory("platform-kind-");
  const { pause: _, ...images } = await buildImages(engine, directory, say);
  const { web, ...others } = images;
  const loaded = [...Object.values(others), ...webTags.map((tag) => `${web}:${tag}`)];
  await show("kind", ["load", "docker-image", "--name", name, ...loaded], engine.env);
  const kubeconfig = join(directory, "kubeconfig");
  await writeFile(kubeconfig, await read("kind", ["get", "kubeconfig", "--name", name], engine.env), { mode: 0o600 });
  return { kubeconfig, hostAddress: await gateway(engine.docker, engine.env), images };
}

/** This machine's address in the network that kind's nodes are in. */
async function gateway(docker: string, env: NodeJS.ProcessEnv): Promise<string> {
  const format = "{{range .IPAM.Config}}{{.Gateway}} {{end}}";
  const addresses = (await read(docker, ["network", "inspect", "kind", "--format", format], env)).split(" ");
  const address = addresses.find((each) => /^\d+(\.\d+){3}$/.test(each));
  if (address === undefined) throw new Error("kind's network has no gateway of IPv4");
  return address;
}
