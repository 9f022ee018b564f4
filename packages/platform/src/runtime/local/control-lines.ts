import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** Characters of what went wrong that are kept. */
const errorsKept = 4_096;

/** What a step's guard has said so far. */
export interface ControlLines {
  /** Resolves when the step's own commands run. */
  readonly started: Promise<void>;
  /** Resolves when the guard knows the step's end. */
  readonly ended: Promise<void>;
  /** Resolves when it says nothing more. */
  readonly closed: Promise<void>;
  readonly exitCode: number | undefined;
  /** Whether the guard ended it: as it was told to, or */
  readonly isKilled: boolean;
  /** as it was told nothing for too long. */
  readonly isAbandoned: boolean;
  /** Lines that are none of these: why it could not be started. */
  readonly errors: string;
}

/** Reads what a step's guard and the programs that set the step up write to standard error. */
export function readControlLines(stream: Readable): ControlLines {
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let exitCode: number | undefined;
  let isKilled = false;
  let isAbandoned = false;
  let errors = "";
  const lines = createInterface({ input: stream });
  const closed = new Promise<void>((resolve) => lines.once("close", resolve));
  lines.on("line", (line) => {
    const code = /^exit (\d+)$/.exec(line)?.[1];
    if (line === "started") started.resolve();
    else if (line === "killed") isKilled = true;
    else if (line === "abandoned") isAbandoned = true;
    else if (code !== undefined) {
      exitCode = Number(code);
      ended.resolve();
    } else errors = `${errors}${line}\n`.slice(-errorsKept);
  });
  return {
    started: started.promise,
    ended: ended.promise,
    closed,
    get exitCode() {
      return exitCode;
    },
    get isKilled() {
      return isKilled;
    },
    get isAbandoned() {
      return isAbandoned;
    },
    get errors() {
      return errors.trim();
    },
  };
}
