import type { ReportEvent } from "../database-event.ts";
import { DatabaseStartError } from "../database-start-error.ts";
import { drain } from "../pool.ts";
import type { Binaries } from "./binaries.ts";
import { dataExists } from "./data-directory.ts";
import { initialise } from "./initialise.ts";
import type { Layout } from "./layout.ts";
import type { OpenPool } from "./open-embedded.ts";
import { openPatientPool } from "./patient-pool.ts";
import { clearRemains } from "./remains.ts";
import { chooseRunAs } from "./run-as.ts";
import { connectionTo, markerOf, type Server } from "./server.ts";
import { prepareSocketDirectory, removeSocketDirectory } from "./socket-directory.ts";
import { Supervisor } from "./supervisor.ts";

/** More than one process can use at once on a laptop, and less than half of the server's max_connections. */
const CONNECTIONS = 20;

/** Brings the server up, by whatever it takes, and keeps it up until the pool is closed; `release` is called at the end. */
export async function openAsOwner(
  layout: Layout,
  binaries: Binaries,
  report: ReportEvent,
  release: () => Promise<void>,
): Promise<OpenPool> {
  const undo = [release];
  const close = async () => {
    const step = undo.pop();
    if (step !== undefined) {
      await step().finally(close);
    }
  };
  try {
    const exists = await dataExists(layout);
    const runAs = await chooseRunAs(layout.data, binaries);
    const socketDirectory = await prepareSocketDirectory(layout, runAs);
    undo.push(() => removeSocketDirectory(layout));
    const server: Server = { layout, binaries, runAs, socketDirectory, marker: await markerOf(layout) };
    if (!exists) {
      report({ kind: "initialising", detail: layout.data });
      await clearRemains(server);
      await initialise(server);
    }
    const supervisor = new Supervisor(server, report);
    undo.push(() => supervisor.stop());
    await supervisor.start();
    const pool = openPatientPool(await connectionTo(layout, socketDirectory), CONNECTIONS);
    undo.push(() => drain(pool));
    await pool.query("SELECT 1").catch((error: Error) => {
      throw new DatabaseStartError(`PostgreSQL on ${layout.data} runs but refuses us: ${error.message}`);
    });
    return { pool, close };
  } catch (error) {
    await close();
    throw error;
  }
}
