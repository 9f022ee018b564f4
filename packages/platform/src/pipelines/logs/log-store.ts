import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { uuidPattern } from "../uuid-pattern.ts";
import { isLogRef } from "./log-ref.ts";
import { createLog, type LogOptions, type LogPosition, type LogWriter, resumeLog } from "./log-writer.ts";
import { StoredLog } from "./stored-log.ts";

const idPattern = new RegExp(`^${uuidPattern}$`);

/** What has logs: they are kept by what they are of, and its id. */
export type LogOwner = "pipelines" | "agents";

/** Where logs are kept, by the names that `logRef` and `agentLogRef` give. */
export interface LogStore {
  /** Begins a log. @throws when there is one of this name already, or it cannot be made */
  open(ref: string, options: LogOptions): Promise<LogWriter>;
  /** Goes on with a log; see `resumeLog`. */
  resume(ref: string, position: LogPosition, options: LogOptions): Promise<LogWriter>;
  /**
   * Opens a log for reading, also one that is being written, by whichever process; undefined when there is none. It must
   * be closed.
   * @param options.isComplete whether nobody writes it any more
   */
  read(ref: string, options: { readonly isComplete: boolean }): Promise<StoredLog | undefined>;
  /** The ids of the pipelines, or sessions of agents, that have logs. */
  ids(owner: LogOwner): Promise<readonly string[]>;
  /** Removes the logs of one of these. */
  remove(owner: LogOwner, id: string): Promise<void>;
}

/** Logs as files below a data directory, readable by their owner alone. */
export function logStoreIn(dataDirectory: string): LogStore {
  const directoryOf = (owner: LogOwner) => join(dataDirectory, "logs", owner);
  const pathOf = (ref: string) => {
    if (!isLogRef(ref)) throw new Error("not the name of a log");
    return join(dataDirectory, ref);
  };
  return {
    open: async (ref, options) => await createLog(pathOf(ref), options),
    resume: async (ref, position, options) => await resumeLog(pathOf(ref), position, options),
    read: async (ref, options) => await StoredLog.open(pathOf(ref), options),
    ids: async (owner) => (await readdir(directoryOf(owner)).catch(() => [])).filter((name) => idPattern.test(name)),
    async remove(owner, id) {
      if (!idPattern.test(id)) throw new Error("not the id of what has logs");
      await rm(join(directoryOf(owner), id), { recursive: true, force: true });
    },
  };
}
