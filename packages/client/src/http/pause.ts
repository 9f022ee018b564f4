import type { EndedBy, Ending } from "./ending.ts";

/** Waits, at most until the call is ended; gives who ended it, if anybody did. */
export function pause(milliseconds: number, ending: Ending): Promise<EndedBy | undefined> {
  const by = ending.by();
  if (by !== undefined) return Promise.resolve(by);
  return new Promise((resolve) => {
    const timer = setTimeout(() => finish(undefined), milliseconds);
    const stopListening = ending.listen(finish);
    function finish(endedBy: EndedBy | undefined): void {
      clearTimeout(timer);
      stopListening();
      resolve(endedBy);
    }
  });
}
