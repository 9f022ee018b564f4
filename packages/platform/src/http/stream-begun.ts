import type { Readable } from "node:stream";

/** How long a stream may take to give something before the answer's headers go out without it, in milliseconds. */
const patience = 1000;

/**
 * Waits until a stream has something to give or has ended, so that what goes wrong before that can still be answered as
 * an error; false when it has given nothing for a second, as when it waits for something new.
 * @throws what the stream failed with
 */
export async function streamBegun(stream: Readable): Promise<boolean> {
  if (stream.errored) throw stream.errored;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const begun = () => resolve(true);
  const timer = setTimeout(resolve, patience, false);
  stream.once("readable", begun).once("close", begun).once("error", reject);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    stream.off("readable", begun).off("close", begun).off("error", reject);
  }
}
