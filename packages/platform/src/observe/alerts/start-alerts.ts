import { repeat } from "../../repeat.ts";
import { type EvaluationServices, evaluateNext, isAnyDue } from "./evaluate-next.ts";
import { removeOldEvents } from "./remove-old-events.ts";

/** How many rules one platform evaluates at the same time: one that takes long does not hold all up. */
const lanes = 2;
/** How often it looks whether a rule is due, in milliseconds. */
const POLL = 1_000;
const HOUR = 3_600_000;

/** Evaluates alert rules when they are due, and forgets what is long over, until it is closed. */
export function startAlerts(options: Omit<EvaluationServices, "busy">): { close(): Promise<void> } {
  const services = { ...options, busy: new Set<string>() };
  const { db, logger } = services;
  const stopping = new AbortController();
  const { signal } = stopping;
  const onError = (error: unknown) => logger.error({ err: error }, "evaluating alert rules");
  const evaluate = async () => {
    while (!signal.aborted && (await isAnyDue(services)) && (await evaluateNext(services)));
  };
  const running = [
    ...Array.from({ length: lanes }, () => repeat(evaluate, { pause: POLL, signal, onError })),
    repeat(() => removeOldEvents(db), { pause: HOUR, signal, onError }),
  ];
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
