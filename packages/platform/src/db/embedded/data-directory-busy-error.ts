import { UserError } from "../../user-error.ts";
import type { Owner } from "./ownership.ts";

/** Another process owns the data directory. The message is one line for the person who started this one. */
export class DataDirectoryBusyError extends UserError {
  override readonly name = "DataDirectoryBusyError";
  readonly owner: Owner;

  constructor(dataDirectory: string, owner: Owner) {
    super(
      owner.kind === "platform"
        ? `a platform (process ${owner.pid}) already runs on ${dataDirectory}: run "stop" first`
        : `a command (process ${owner.pid}) still works on ${dataDirectory}: wait for it, or run "stop" first`,
    );
    this.owner = owner;
  }
}
