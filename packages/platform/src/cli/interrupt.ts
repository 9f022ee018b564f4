import { UserError } from "../user-error.ts";
import { stopSignal } from "./stop-signal.ts";

/** Runs what can be interrupted: Ctrl-C or SIGTERM abort it, so that it can clean up after itself. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  stopSignal().then((signal) => controller.abort(new UserError(`interrupted by ${signal}`)));
  try {
    return await work(controller.signal);
  } catch (error) {
    // Whoever was aborted may have said so in words of their own.
    throw controller.signal.aborted ? controller.signal.reason : error;
  }
}
