import type pg from "pg";
import type { ReportEvent } from "../database-event.ts";
import { DatabaseStartError } from "../database-start-error.ts";
import { poolConfig, surviveLostConnections } from "../pool.ts";
import { findBinaries } from "./binaries.ts";
import { dataExists, makeDirectories } from "./data-directory.ts";
import { DataDirectoryBusyError } from "./data-directory-busy-error.ts";
import { initialise } from "./initialise.ts";
import { type Layout, layoutOf } from "./layout.ts";
import { claimOwnership, currentOwner, type Owner, type OwnerKind } from "./ownership.ts";
import { PatientPool } from "./patient-pool.ts";
import { answers } from "./postmaster.ts";
import { clearRemains } from "./remains.ts";
import { chooseRunAs } from "./run-as.ts";
import { connectionTo, markerOf, readPostmasterFile, type Server } from "./server.ts";
import { prepareSocketDirectory, removeSocketDirectory } from "./socket-directory.ts";
import { Supervisor } from "./supervisor.ts";
import { until } from "./until.ts";

export interface OpenPool {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** How long to wait for a command that owns the data directory to end, and for an owner's server to come up. */
const PATIENCE = 60_000;
/** How long a closing pool waits for the queries under way. */
const DRAIN = 5_000;

/** Opens the database in the data directory as its owner, or as a guest of the running platform. */
export async function openEmbedded(
  dataDirectory: string,
  mode: "owner" | "guest",
  report: ReportEvent,
): Promise<OpenPool> {
  const layout = layoutOf(dataDirectory);
  const kind: OwnerKind = mode === "owner" ? "platform" : "command";
  await makeDirectories(layout);
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const claim = await claimOwnership(dataDirectory, kind);
    if (claim.owned) {
      return openAsOwner(layout, report, claim.release);
    }
    const { owner } = claim;
    if (owner.kind === "command" && performance.now() < deadline) {
      report({ kind: "waiting", detail: `a command (process ${owner.pid}) uses ${dataDirectory}` });
      await until(() => isOver(dataDirectory, owner), PATIENCE, 50);
      continue;
    }
    if (owner.kind === "command" || mode === "owner") {
      throw new DataDirectoryBusyError(dataDirectory, owner);
    }
    const pool = await openAsGuest(layout, owner);
    if (pool !== undefined) {
      return pool;
    }
  }
}

async function openAsOwner(layout: Layout, report: ReportEvent, release: () => Promise<void>): Promise<OpenPool> {
  try {
    const binaries = await findBinaries();
    const exists = await dataExists(layout);
    const runAs = await chooseRunAs(layout.data, binaries);
    const socketDirectory = await prepareSocketDirectory(layout, runAs);
    const server: Server = { layout, binaries, runAs, socketDirectory, marker: await markerOf(layout) };
    const supervisor = new Supervisor(server, report);
    try {
      if (!exists) {
        report({ kind: "initialising", detail: `a new database in ${layout.data}` });
        await clearRemains(server);
        await initialise(server);
      }
      await supervisor.start();
      const pool = await openPool(layout, socketDirectory, 20);
      const close = async () => {
        await drain(pool);
        await supervisor.stop();
        await removeSocketDirectory(layout, socketDirectory);
        await release();
      };
      return { pool, close };
    } catch (error) {
      await supervisor.stop();
      await removeSocketDirectory(layout, socketDirectory);
      throw error;
    }
  } catch (error) {
    await release();
    throw error;
  }
}

/** Undefined when the owner ended before its server was up: then it is for us to own. */
async function openAsGuest(layout: Layout, owner: Owner): Promise<OpenPool | undefined> {
  let socketDirectory: string | undefined;
  const settled = await until(
    async () => {
      const found = await readPostmasterFile(layout);
      if (found?.status === "ready" && (await answers({ layout, socketDirectory: found.socketDirectory }))) {
        socketDirectory = found.socketDirectory;
      }
      return socketDirectory !== undefined || (await isOver(layout.dataDirectory, owner));
    },
    PATIENCE,
    50,
  );
  if (!settled) {
    throw new DatabaseStartError(
      `the database of the running platform (process ${owner.pid}) does not answer: restart it`,
    );
  }
  if (socketDirectory === undefined) {
    return undefined;
  }
  const pool = await openPool(layout, socketDirectory, 5);
  return { pool, close: () => drain(pool) };
}

async function isOver(dataDirectory: string, owner: Owner): Promise<boolean> {
  const current = await currentOwner(dataDirectory);
  return current?.pid !== owner.pid || current.started !== owner.started;
}

async function openPool(layout: Layout, socketDirectory: string, max: number): Promise<pg.Pool> {
  const pool = new PatientPool(poolConfig({ ...(await connectionTo(layout, socketDirectory)), max }));
  return surviveLostConnections(pool);
}

async function drain(pool: pg.Pool): Promise<void> {
  if (!pool.ending) {
    const ended = pool.end();
    await until(() => pool.totalCount === 0, DRAIN);
    await Promise.race([ended, undefined]);
  }
}
