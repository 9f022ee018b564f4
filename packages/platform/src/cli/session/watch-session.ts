import type { PlatformClient } from "@platform-mcp/client";
import type { sessions } from "@platform-mcp/client/contract";
import { stopSignal } from "../stop-signal.ts";
import { describeEnd } from "./describe-session.ts";
import type { FoundSession } from "./find-session.ts";
import { followSession } from "./follow-session.ts";
import { type Address, getSession } from "./get-session.ts";
import { renderEvent } from "./render-event.ts";

interface WatchOptions {
  /** Only what comes from now on: the number of the last event that was seen. */
  readonly after?: number;
  /** Events as lines of JSON. */
  readonly json?: boolean | undefined;
}

/** What a command ends with once its session has ended; 1 is that of commands which fail themselves, too. */
const exitCodes = new Map<string, number>([
  ["completed", 0],
  ["failed", 1],
  ["stopped", 3],
]);
/** As a shell has it of what Ctrl-C ends. */
const interrupted = 130;

/**
 * Shows what happens in a session until it has ended, and how. Whoever presses Ctrl-C leaves it alone. Sets the exit code.
 * @throws ClientError
 */
export async function watchSession(
  client: PlatformClient,
  { project, session }: Pick<FoundSession, "project"> & { readonly session: { readonly id: string } },
  { after = 0, json = false }: WatchOptions = {},
): Promise<void> {
  const address: Address = { project_id: project.id, session_id: session.id };
  const leaving = new AbortController();
  stopSignal().then(() => leaving.abort());
  let isLost = false;
  const onLost = () => {
    if (!isLost) process.stderr.write("the connection to the platform is lost: trying again\n");
    isLost = true;
  };
  let said: string | undefined;
  for await (const event of followSession(client, address, { after, signal: leaving.signal, onLost })) {
    isLost = false;
    process.stdout.write(json ? `${JSON.stringify(event)}\n` : renderEvent(withoutEcho(event, said)));
    if (event.kind === "text") said = event.message;
  }
  if (leaving.signal.aborted) {
    const id = session.id.slice(0, 8);
    process.stderr.write(
      `\nthe session goes on. To see more of it: platform session follow ${id}. To end it: platform session stop ${id}\n`,
    );
    process.exitCode = interrupted;
    return;
  }
  const ended = await getSession(client, address);
  process.stderr.write(`${describeEnd(ended)}\n`);
  process.exitCode = exitCodes.get(ended.status) ?? 1;
}

/** An agent's summary is mostly what it has said last. */
function withoutEcho(event: sessions.SessionEvent, said: string | undefined): sessions.SessionEvent {
  return event.kind === "completed" && event.message.trim() === said?.trim()
    ? { ...event, message: "completed" }
    : event;
}
