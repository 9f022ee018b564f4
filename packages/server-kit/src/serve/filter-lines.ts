import { Transform } from "node:stream";

const newline = 0x0a;

export interface LineFilter {
  /** Longer lines are dropped, and their memory is freed as they come. */
  readonly maxBytes: number;
  readonly onDrop: (bytes: number) => void;
  /** Whether a line, which comes with its newline, passes. */
  readonly accepts: (line: Buffer) => boolean;
}

/**
 * Passes lines on, but those that must not reach the transport below: one absurd message would end the connection of
 * all the others there.
 */
export function filterLines({ maxBytes, onDrop, accepts }: LineFilter): Transform {
  let pending: Buffer[] = [];
  let length = 0;

  const finish = (piece: Buffer): Buffer | undefined => {
    const total = length + piece.length;
    const line = total > maxBytes ? undefined : Buffer.concat([...pending, piece]);
    if (line === undefined) onDrop(total);
    pending = [];
    length = 0;
    return line;
  };

  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      let from = 0;
      for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, from)) {
        const line = finish(chunk.subarray(from, end + 1));
        if (line !== undefined && accepts(line)) this.push(line);
        from = end + 1;
      }
      length += chunk.length - from;
      if (length > maxBytes) pending = [];
      else if (from < chunk.length) pending.push(chunk.subarray(from));
      done();
    },
  });
}
