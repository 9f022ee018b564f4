/** How long an orderly end may take before the process ends anyway; hosts kill after 500 ms. */
const graceMs = 300;

/**
 * Ends the process when the host goes away: on stdin's end, a closed stdout, SIGINT and SIGTERM. Calls in flight are
 * aborted first, so that the platform sees them go.
 */
export function endWithHost(end: () => Promise<unknown>): void {
  let ending = false;
  const finish = () => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), graceMs).unref();
    // A turn of the loop first: what was answered in this one must reach the pipe.
    setImmediate(() => {
      end().then(
        () => process.exit(0),
        () => process.exit(0),
      );
    });
  };
  process.stdin.once("end", finish);
  process.stdin.once("close", finish);
  process.stdout.once("error", finish);
  process.once("SIGINT", finish);
  process.once("SIGTERM", finish);
  process.once("SIGHUP", finish);
}

/** A defect must not cost a session its server, since hosts do not restart one in every case: it is logged instead. */
export function surviveDefects(log: (line: string) => void): void {
  const report = (error: unknown) => log(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.on("uncaughtException", report);
  process.on("unhandledRejection", report);
  // Nobody reads the log any more, which is no reason to end, and nothing that could be logged.
  process.stderr.on("error", () => {});
}
