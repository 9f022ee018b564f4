import { spawn } from "node:child_process";
import pg from "pg";
import { DatabaseStartError } from "../database-start-error.ts";
import { reachableBinaries } from "./binaries.ts";
import { serverEnvironment } from "./initialise.ts";
import { logSince, openLog } from "./log.ts";
import { commandOf, identify, isRunning, type ProcessIdentity, sendSignal } from "./process-table.ts";
import { command, dataArgument } from "./run-as.ts";
import { connectionTo, readPostmasterFile, type Server } from "./server.ts";
import { serverSettings } from "./settings.ts";
import { until } from "./until.ts";

/** Recovery after a crash replays at most max_wal_size, so this is ample; it only keeps a wait from having no end. */
const START_TIMEOUT = 60_000;
const STOP_TIMEOUT = 10_000;
const WATCH_INTERVAL = 100;

/** A server's first process, running and accepting connections. */
export interface Postmaster extends ProcessIdentity {
  /** Settles when it has ended. */
  readonly ended: Promise<void>;
}

/** Starts the server; there must be nothing left of an earlier one. */
export async function launch(server: Server): Promise<Postmaster> {
  const { layout, runAs } = server;
  const { postgres } = await reachableBinaries(server);
  const [file, args, identity] = command(runAs, postgres, [
    "-D",
    dataArgument(runAs, layout.data),
    ...serverSettings(server.socketDirectory, server.marker),
  ]);
  const log = await openLog(layout);
  const { size } = await log.stat();
  const child = spawn(file, args, {
    ...identity,
    cwd: layout.data,
    env: serverEnvironment(),
    // It outlives us: a killed platform finds its server again, with nothing lost and nothing to recover.
    detached: true,
    stdio: ["ignore", log.fd, log.fd],
  });
  let failure: string | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      failure = error.message;
      resolve();
    });
    child.on("exit", (code, signal) => {
      failure = `postgres ended with ${signal ?? code}`;
      resolve();
    });
  });
  await log.close();
  const isOver = async () => {
    const found = await readPostmasterFile(layout);
    return failure !== undefined || (found?.pid === child.pid && found?.status === "ready");
  };
  const inTime = await until(isOver, START_TIMEOUT);
  const found = child.pid === undefined ? undefined : await identify(child.pid);
  if (inTime && failure === undefined && found !== undefined) {
    return { ...found, ended };
  }
  child.kill("SIGKILL");
  throw new DatabaseStartError(
    `PostgreSQL did not start on ${layout.data}: ${failure ?? "not ready in time"}: ${await logSince(layout, size)} (see ${layout.log})`,
  );
}

/** The first process of the server that an earlier owner left running, if any. */
export async function findPostmaster({
  layout,
  marker,
}: Pick<Server, "layout" | "marker">): Promise<ProcessIdentity | undefined> {
  const found = await readPostmasterFile(layout);
  const identity = found === undefined ? undefined : await identify(found.pid);
  return identity !== undefined && (await commandOf(identity.pid)).includes(marker) ? identity : undefined;
}

/** That server, once it accepts connections; undefined when there is none to be had. */
export async function adopt(server: Server): Promise<Postmaster | undefined> {
  const identity = await findPostmaster(server);
  if (identity === undefined) {
    return undefined;
  }
  const postmaster = { ...identity, ended: end(identity) };
  const settled = await until(async () => {
    const status = (await readPostmasterFile(server.layout))?.status;
    return status === "ready" || status === "stopping" || !(await isRunning(identity));
  }, START_TIMEOUT);
  const now = await readPostmasterFile(server.layout);
  if (settled && now?.status === "ready" && now.socketDirectory === server.socketDirectory && (await answers(server))) {
    return postmaster;
  }
  await stop(postmaster);
  return undefined;
}

/**
 * Stops the server: first so that it closes its sessions and writes its checkpoint, then less and less politely. Its next
 * start makes up for what was left out.
 */
export async function stop(postmaster: ProcessIdentity): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    if (!(await isRunning(postmaster))) {
      return;
    }
    sendSignal(postmaster.pid, signal);
    if (await until(async () => !(await isRunning(postmaster)), STOP_TIMEOUT)) {
      return;
    }
  }
  throw new DatabaseStartError(`PostgreSQL (process ${postmaster.pid}) does not end: end it first`);
}

/** Whether a session can be opened. */
export async function answers({
  layout,
  socketDirectory,
}: Pick<Server, "layout" | "socketDirectory">): Promise<boolean> {
  const client = new pg.Client({ ...(await connectionTo(layout, socketDirectory)), connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

/** For a process that is not our child, of whose end nobody tells us. */
function end(identity: ProcessIdentity): Promise<void> {
  return new Promise((resolve) => {
    const timer = setInterval(async () => {
      if (!(await isRunning(identity))) {
        clearInterval(timer);
        resolve();
      }
    }, WATCH_INTERVAL);
  });
}
