import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Daemon } from "../host/daemon.ts";
import { type HostChanges, quoted } from "../host/host-changes.ts";
import { installPrograms, succeeds } from "./host.ts";

/** A container engine, by the environment in which the `docker` client finds it. */
export interface Engine {
  readonly env: NodeJS.ProcessEnv;
  /** The client's program. */
  readonly docker: string;
}

/** One that was started here. */
export interface OwnEngine extends Engine {
  /** The file that holds its process's id. */
  readonly pidFile: string;
}

/** The engine that this machine has already; undefined when there is none that answers, to a client with BuildKit. */
export async function knownEngine(): Promise<Engine | undefined> {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  for (const docker of ["docker", "/usr/bin/docker"]) {
    // Without BuildKit, a client does not even show the help.
    if ((await succeeds(docker, ["info"])) && (await succeeds(docker, ["build", "--help"], env)))
      return { env, docker };
  }
  return undefined;
}

interface EngineOptions {
  /** The bridge that containers are connected to; by default they have no network but the host's. */
  readonly bridge?: string;
  /** What runs containers instead of runc. */
  readonly runtime?: string;
  /** What starts its program, as of a daemon. */
  readonly starter?: readonly string[];
}

/**
 * Installs Debian's engine if it is missing and starts one with its data in this directory, beside whatever others there
 * are: it makes no network of its own and leaves the host's as it is.
 */
export async function startEngine(
  directory: string,
  changes: HostChanges,
  { bridge = "none", runtime, starter = [] }: EngineOptions = {},
): Promise<OwnEngine> {
  await installPrograms({ dockerd: "docker.io" });
  await mkdir(directory, { recursive: true });
  const socket = `unix://${join(directory, "docker.sock")}`;
  const pidFile = join(directory, "docker.pid");
  const args = [
    ...["--data-root", join(directory, "data"), "--exec-root", join(directory, "exec"), "--host", socket],
    ...["--pidfile", pidFile, `--bridge=${bridge}`],
    ...["--iptables=false", "--ip-masq=false", "--ip-forward=false"],
    ...(runtime === undefined ? [] : [`--add-runtime=own=${runtime}`, "--default-runtime=own"]),
  ];
  // Debian's own client: another one, first in PATH, may lack BuildKit.
  const docker = "/usr/bin/docker";
  const env = { ...process.env, DOCKER_HOST: socket, DOCKER_BUILDKIT: "1" };
  changes.willUndo(`release ${quoted(directory)}`);
  const log = join(directory, "dockerd.log");
  const daemon = Daemon.start(changes, { program: "dockerd", args, starter, log });
  // Or it asks each to end, and waits.
  changes.willUndo(
    `export DOCKER_HOST=${quoted(socket)}; ${docker} ps -q 2> /dev/null | xargs -r ${docker} kill > /dev/null`,
  );
  await daemon.until(() => succeeds(docker, ["info"], env));
  return { env, docker, pidFile };
}
