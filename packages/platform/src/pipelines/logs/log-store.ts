import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { uuidPattern } from "../uuid-pattern.ts";
import { isLogRef } from "./log-ref.ts";
import { createLog, type LogOptions, type LogWriter } from "./log-writer.ts";
import { StoredLog } from "./stored-log.ts";

const idPattern = new RegExp(`^${uuidPattern}$`);

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
  /** The ids of the pipelines that have logs. */
  pipelines(): Promise<readonly string[]>;
  /** Removes the logs of a pipeline. */
  remove(pipelineId: string): Promise<void>;
}

/** Logs as files below a data directory, readable by their owner alone. */
export function logStoreIn(dataDirectory: string): LogStore {
  const directory = join(dataDirectory, "logs", "pipelines");
  const pathOf = (ref: string) => {
    if (!isLogRef(ref)) throw new Error("not the name of a log");
    return join(dataDirectory, ref);
  };
  return {
    open: async (ref, options) => await createLog(pathOf(ref), options),
    read: async (ref, options) => await StoredLog.open(pathOf(ref), options),
    pipelines: async () => (await readdir(directory).catch(() => [])).filter((name) => idPattern.test(name)),
    async remove(pipelineId) {
      if (!idPattern.test(pipelineId)) throw new Error("not the id of a pipeline");
      await rm(join(directory, pipelineId), { recursive: true, force: true });
    },
  };
}
