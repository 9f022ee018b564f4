import type pg from "pg";
import type { ReportEvent } from "../database-event.ts";
import { DatabaseStartError } from "../database-start-error.ts";
import { findBinaries } from "./binaries.ts";
import { makeDirectories } from "./data-directory.ts";
import { DataDirectoryBusyError } from "./data-directory-busy-error.ts";
import { errorCode } from "./files.ts";
import { layoutOf } from "./layout.ts";
import { openAsGuest } from "./open-as-guest.ts";
import { openAsOwner } from "./open-as-owner.ts";
import { claimOwnership, isOver } from "./ownership.ts";
import { until } from "./until.ts";

export interface OpenPool {
  readonly pool: pg.Pool;
  close(): Promise<void>;
}

/** How long to wait for a command that owns the data directory to end, in milliseconds. */
const PATIENCE = 60_000;

/** Opens the database in the data directory as its owner, or as a guest of the running platform. */
export async function openEmbedded(
  dataDirectory: string,
  mode: "owner" | "guest",
  report: ReportEvent,
): Promise<OpenPool> {
  const binaries = await findBinaries();
  const layout = layoutOf(dataDirectory);
  await makeDirectories(layout);
  const deadline = performance.now() + PATIENCE;
  try {
    for (;;) {
      const claim = await claimOwnership(dataDirectory, mode === "owner" ? "platform" : "command");
      if (claim.owned) {
        return await openAsOwner(layout, binaries, report, claim.release);
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
  } catch (error) {
    // A disk that is full, a file of another user: what the system says already names the file.
    if (error instanceof Error && !(error instanceof DatabaseStartError) && errorCode(error) !== undefined) {
      throw new DatabaseStartError(`the database in ${dataDirectory} cannot be opened: ${error.message}`);
    }
    throw error;
  }
}
