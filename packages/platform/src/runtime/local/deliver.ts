import type { Readable } from "node:stream";

/** Milliseconds that a run's output may be silent once the run has ended: who still holds it then is no part of it. */
const leakedOutput = 2_000;

/**
 * Hands on all that a run prints, one chunk at a time, and resolves when there is no more: at its end, or when the run
 * has ended and what still holds its output stays silent.
 */
export async function deliver(
  stream: Readable,
  output: (chunk: Uint8Array) => Promise<void>,
  ended: Promise<unknown>,
): Promise<void> {
  let isOver = false;
  let silence: NodeJS.Timeout | undefined;
  const waitForMore = () => {
    if (isOver) silence = setTimeout(() => stream.destroy(), leakedOutput);
  };
  ended.then(() => {
    isOver = true;
    waitForMore();
  });
  try {
    const chunks: AsyncIterable<Uint8Array> = stream;
    for await (const chunk of chunks) {
      clearTimeout(silence);
      await output(chunk);
      clearTimeout(silence);
      waitForMore();
    }
  } catch {
    // Destroyed above.
  } finally {
    clearTimeout(silence);
  }
}
