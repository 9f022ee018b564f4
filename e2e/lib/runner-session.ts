/** What a session of the runner has printed. */
interface Printed {
  readonly stdout: string;
  readonly stderr: string;
}

/** A session of the runner as its output tells it: Claude Code's events, and the runner's own last line. */
export function readRunnerSession({ stdout, stderr }: Printed) {
  const events: ReturnType<JSON["parse"]>[] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  const init = events.find(({ subtype }) => subtype === "init");
  return {
    events,
    /** Each server of the session with its state, in order of their names. */
    servers: init.mcp_servers.map(({ name, status }: Record<string, string>) => `${name} ${status}`).sort(),
    result: JSON.parse(stderr.trim().split("\n").at(-1) ?? ""),
  };
}
