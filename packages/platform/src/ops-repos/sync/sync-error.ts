/** An ops repo cannot be fetched. The message is for whoever looks after it, and holds no password. */
export class SyncError extends Error {
  override readonly name = "SyncError";

  /** @param message may hold what a host has said */
  constructor(message: string) {
    super(message.replace(/\p{C}+/gu, " "));
  }
}
