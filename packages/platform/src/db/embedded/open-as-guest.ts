import { DatabaseStartError } from "../database-start-error.ts";
import { drain } from "../pool.ts";
import type { Layout } from "./layout.ts";
import type { OpenPool } from "./open-embedded.ts";
import { isOver, type Owner } from "./ownership.ts";
import { openPatientPool } from "./patient-pool.ts";
import { answers } from "./postmaster.ts";
import { connectionTo, readPostmasterFile } from "./server.ts";
import { until } from "./until.ts";

/** How long to wait for the owner to bring its server up, in milliseconds. */
const PATIENCE = 60_000;
const CONNECTIONS = 5;

/** Connects to the owner's server. Undefined when the owner ended before that was up: then it is for us to own. */
export async function openAsGuest(layout: Layout, owner: Owner): Promise<OpenPool | undefined> {
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
      `the database of the running platform (process ${owner.pid}) does not answer: restart the platform`,
    );
  }
  if (socketDirectory === undefined) {
    return undefined;
  }
  const pool = openPatientPool(await connectionTo(layout, socketDirectory), CONNECTIONS);
  return { pool, close: () => drain(pool) };
}
