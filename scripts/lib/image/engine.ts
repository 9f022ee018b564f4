import { spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { installPrograms, read, succeeds } from "./host.ts";

/** A container engine, by the environment in which the `docker` client finds it. */
export interface Engine extends AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  /** The client's program. */
  readonly docker: string;
}

/** The engine that this machine has already; undefined when there is none that answers. */
export async function knownEngine(): Promise<Engine | undefined> {
  for (const docker of ["docker", "/usr/bin/docker"]) {
    if (await succeeds(docker, ["info"])) {
      return { env: { ...process.env, DOCKER_BUILDKIT: "1" }, docker, [Symbol.asyncDispose]: async () => {} };
    }
  }
  return undefined;
}

/**
 * Installs Debian's engine if it is missing and starts one with its data in this directory, beside whatever others there
 * are: it makes no network of its own and leaves the host's as it is.
 */
export async function startEngine(directory: string): Promise<Engine> {
  await installPrograms({ dockerd: "docker.io" });
  const socket = `unix://${join(directory, "docker.sock")}`;
  const args = [
    ...["--data-root", join(directory, "data"), "--exec-root", join(directory, "exec"), "--host", socket],
    ...["--pidfile", join(directory, "docker.pid"), "--bridge=none", "--iptables=false"],
  ];
  const log = openSync(join(directory, "dockerd.log"), "a");
  const daemon = spawn("dockerd", args, { stdio: ["ignore", log, log] });
  const ended = once(daemon, "exit");
  const env = { ...process.env, DOCKER_HOST: socket, DOCKER_BUILDKIT: "1" };
  // Debian's own client: another one, first in PATH, may lack BuildKit.
  const docker = "/usr/bin/docker";
  const close = async () => {
    daemon.kill("SIGTERM");
    await ended;
    // It leaves the mounts of its network and of containers' files behind.
    for (const mount of await mountsBelow(directory)) await succeeds("umount", ["--lazy", mount]);
  };
  for (let waited = 0; !(await succeeds(docker, ["info"], env)); waited += 200) {
    if (daemon.exitCode !== null || waited > 30_000) {
      await close();
      throw new Error(`dockerd does not start:\n${await read("tail", ["-n", "20", join(directory, "dockerd.log")])}`);
    }
    await delay(200);
  }
  return { env, docker, [Symbol.asyncDispose]: close };
}

/** Where something is mounted in this directory, the innermost first. */
async function mountsBelow(directory: string): Promise<string[]> {
  const lines = (await readFile("/proc/self/mounts", "utf8")).split("\n");
  const places = lines.map((line) => line.split(" ")[1] ?? "").filter((place) => place.startsWith(`${directory}/`));
  return places.sort().reverse();
}
