import { setTimeout as delay } from "node:timers/promises";
import { type ProbeOptions, probe } from "./probe.ts";

/** Milliseconds between two looks: at first, and at most. */
const firstPause = 50;
const longestPause = 1_000;

export type Readiness =
  | { readonly kind: "ready"; readonly host: string }
  /** It did not become ready in time, for this reason. */
  | { readonly kind: "late"; readonly problem: string }
  /** Nobody waits for it any more. */
  | { readonly kind: "over" };

/** Asks a web process again and again until it answers as it should. @param seconds that it may take */
export async function becomeReady(options: ProbeOptions, seconds: number): Promise<Readiness> {
  const { signal } = options;
  const deadline = performance.now() + seconds * 1000;
  for (let pause = firstPause; !signal.aborted; pause = Math.min(pause * 1.5, longestPause)) {
    const { host, problem } = await probe(options);
    if (host !== undefined) return { kind: "ready", host };
    if (signal.aborted) break;
    if (performance.now() > deadline) {
      return { kind: "late", problem: `it was not ready within ${seconds} s: ${problem}` };
    }
    await delay(pause, undefined, { signal }).catch(() => {});
  }
  return { kind: "over" };
}
