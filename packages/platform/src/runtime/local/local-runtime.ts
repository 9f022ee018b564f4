import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Logger } from "pino";
import { noWorkloads } from "../no-workloads.ts";
import type { Runtime } from "../runtime.ts";
import { type AgentSite, LocalAgents } from "./agent/local-agents.ts";
import { rescuedIn } from "./agent/rescued.ts";
import { findConfinement } from "./confinement.ts";
import { abandonedDirectories, ownDirectory } from "./instance.ts";
import type { LocalServices } from "./local-services.ts";
import { endProcessesIn } from "./marked-processes.ts";
import { removeTree } from "./remove-tree.ts";
import { makeRoom, removeRoom } from "./room.ts";
import { startStep } from "./start-step.ts";
import { LocalWorkloads, type LocalWorkloadsOptions } from "./workload/local-workloads.ts";
import type { AppsSite } from "./workload/proxy/listen-for-apps.ts";
import { startProxy } from "./workload/proxy/start-proxy.ts";
import type { WebProcessServices } from "./workload/web-process.ts";

export interface LocalRuntimeOptions {
  readonly dataDirectory: string;
  /** The PostgreSQL server, which several platforms may share with the data directory; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly logger: Pick<Logger, "warn">;
  /** Where agents reach the platform, and what they are made of. */
  readonly agents: AgentSite;
  /** Seconds without a sign of life from the platform after which a step or an agent ends; 20. */
  readonly watchSeconds?: number;
  /** Seconds between the request to end and the end of a step; 10. */
  readonly graceSeconds?: number;
  /** Where deployments and previews answer, and how they are kept; without it there are none. */
  readonly apps?: AppsOptions;
  /** False runs all as on a machine that allows no namespaces. */
  readonly useNamespaces?: boolean;
}

export interface AppsOptions
  extends AppsSite,
    Pick<LocalWorkloadsOptions, "listen" | "readySeconds" | "restartSeconds" | "drainSeconds"> {}

/** Runs steps, agents and workloads as processes of this machine, each in a directory of its own, confined as well as the machine allows. */
export async function createLocalRuntime(options: LocalRuntimeOptions): Promise<Runtime> {
  const { databaseUrl, logger, watchSeconds = 20, graceSeconds = 10, useNamespaces = true } = options;
  await mkdir(options.dataDirectory, { recursive: true, mode: 0o700 });
  const dataDirectory = await realpath(options.dataDirectory);
  const allRooms = join(dataDirectory, "steps");
  const rooms = await ownDirectory(allRooms);
  const confinement = await findConfinement({ dataDirectory, databaseUrl, rooms, useNamespaces });
  if (confinement.mode === "group") logger.warn(confinement.sentence);

  const attempt = (removal: Promise<void>) =>
    removal.catch((error: unknown) => logger.warn({ err: error }, "what ran here has left what cannot be removed"));
  const services: LocalServices = {
    confinement,
    watchSeconds,
    graceSeconds,
    remove: (room) => attempt(removeRoom(room)),
  };
  const rescued = rescuedIn(dataDirectory);
  const agents = new LocalAgents(services, { ...options.agents, rooms, rescued });
  const isShared = databaseUrl !== undefined;
  const workloads = await openWorkloads(options.apps, dataDirectory, { ...services, rooms });

  return {
    workloads,
    keepsRescued: true,
    describe: () => [confinement.sentence, "Its image is not used here."],
    async startStep(plan, events, signal) {
      signal.throwIfAborted();
      const room = await makeRoom(rooms);
      try {
        return await startStep(services, room, plan, events, signal);
      } catch (error) {
        await services.remove(room);
        throw error;
      }
    },
    startAgent: (plan, events, signal) => agents.start(plan, events, signal),
    // It ends with the process that started it.
    resumeAgent: async () => undefined,
    removeOrphans: async () => {},
    async cleanUp() {
      for (const directory of await abandonedDirectories(allRooms, isShared)) {
        await endProcessesIn(directory);
        await attempt(removeTree(directory));
      }
      if (!isShared) await rescued.tidyAll();
    },
  };
}

async function openWorkloads(apps: AppsOptions | undefined, dataDirectory: string, services: WebProcessServices) {
  if (apps === undefined) return noWorkloads;
  const proxy = await startProxy({ ...apps, dataDirectory });
  return new LocalWorkloads({ ...services, ...apps, proxy, logs: join(dataDirectory, "logs", "workloads") });
}
