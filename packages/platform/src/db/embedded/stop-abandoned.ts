import { readIfPresent } from "./files.ts";
import { layoutOf } from "./layout.ts";
import { claimOwnership } from "./ownership.ts";
import { findPostmaster, stop } from "./postmaster.ts";
import { markerOf } from "./server.ts";
import { removeSocketDirectory } from "./socket-directory.ts";

/**
 * Stops the server of a platform that was killed, so that no process is left. Resolves to its pid, or to undefined when
 * there is none, or a running platform owns it.
 */
export async function stopAbandoned(dataDirectory: string): Promise<number | undefined> {
  const layout = layoutOf(dataDirectory);
  if ((await readIfPresent(layout.id)) === undefined) {
    return undefined;
  }
  const claim = await claimOwnership(dataDirectory, "command");
  if (!claim.owned) {
    return undefined;
  }
  try {
    const postmaster = await findPostmaster({ layout, marker: await markerOf(layout) });
    if (postmaster !== undefined) {
      await stop(postmaster);
    }
    await removeSocketDirectory(layout);
    return postmaster?.pid;
  } finally {
    await claim.release();
  }
}
