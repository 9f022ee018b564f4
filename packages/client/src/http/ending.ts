/** Who ended a call before its answer: its caller, or whoever closed the client. */
export type EndedBy = "caller" | "close";

/** What may end a call from outside, in whatever phase it is. */
export interface Ending {
  /** Undefined while nobody has. */
  by(): EndedBy | undefined;
  /** Calls `listener` when somebody does; gives the function that stops listening. */
  listen(listener: (by: EndedBy) => void): () => void;
}

/**
 * A call's end as its caller's signal and the client's say it. Not `AbortSignal.any`, whose signal for each call stays
 * with the ones it was made of until it is garbage, and these live as long as the process.
 */
export function endingOf(caller: AbortSignal | undefined, closing: AbortSignal): Ending {
  const by = () => (closing.aborted ? "close" : caller?.aborted ? "caller" : undefined);
  return {
    by,
    listen(listener) {
      const onAbort = () => listener(closing.aborted ? "close" : "caller");
      caller?.addEventListener("abort", onAbort);
      closing.addEventListener("abort", onAbort);
      return () => {
        caller?.removeEventListener("abort", onAbort);
        closing.removeEventListener("abort", onAbort);
      };
    },
  };
}
