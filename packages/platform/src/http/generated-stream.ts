import { Readable } from "node:stream";

/**
 * A stream of the bytes that a generator yields, as slowly as they are read. The generator's signal is aborted when the
 * stream is destroyed, so that it does not go on to wait for something that nobody reads any more.
 */
export function generatedStream(generate: (signal: AbortSignal) => AsyncGenerator<Buffer, void>): Readable {
  const ending = new AbortController();
  const generator = generate(ending.signal);
  return new Readable({
    read() {
      generator.next().then(
        ({ done, value }) => void this.push(done ? null : value),
        (error: unknown) => void this.destroy(error instanceof Error ? error : new Error(String(error))),
      );
    },
    destroy(error, done) {
      ending.abort();
      // What it fails with now is that it was ended.
      generator.return().then(
        () => done(error),
        () => done(error),
      );
    },
  });
}
