import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { attendRows } from "../../workers/attend-rows.ts";
import { endUnwantedPreviews } from "./end-unwanted-previews.ts";

export interface PreviewLifeOptions {
  readonly db: Queryable;
  readonly wakeups: Wakeups;
  readonly logger: Pick<Logger, "error">;
}

/** How often it is looked which previews are unwanted when no ref has changed, in milliseconds. */
const POLL = 10_000;

/** Ends previews when their time has come, until it is closed. */
export function startPreviewLife({ db, wakeups, logger }: PreviewLifeOptions): { close(): Promise<void> } {
  return attendRows({
    ...{ wakeups, channels: ["ref_updates"], poll: POLL },
    work: async () => {
      await endUnwantedPreviews(db);
    },
    onError: (error) => logger.error({ err: error }, "ending previews"),
  });
}
