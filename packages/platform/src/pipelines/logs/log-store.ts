import { join } from "node:path";
import { isLogRef } from "./log-ref.ts";
import { createLog, type LogOptions, type LogWriter } from "./log-writer.ts";
import { StoredLog } from "./stored-log.ts";

/** Where the logs of steps are kept, by the names that `logRef` gives. */
export interface LogStore {
  /** Begins a log. @throws when there is one of this name already, or it cannot be made */
  open(ref: string, options: LogOptions): Promise<LogWriter>;
  /**
   * Opens a log for reading, also one that is being written, by whichever process; undefined when there is none. It must
   * be closed.
   * @param options.isComplete whether nobody writes it any more
   */
  read(ref: string, options: { readonly isComplete: boolean }): Promise<StoredLog | undefined>;
}

/** Logs as files below a data directory, readable by their owner alone. */
export function logStoreIn(dataDirectory: string): LogStore {
  const pathOf = (ref: string) => {
    if (!isLogRef(ref)) throw new Error("not the name of a log");
    return join(dataDirectory, ref);
  };
  return {
    open: async (ref, options) => await createLog(pathOf(ref), options),
    read: async (ref, options) => await StoredLog.open(pathOf(ref), options),
  };
}
