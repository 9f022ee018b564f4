import { Transform } from "node:stream";

const newline = 0x0a;

/**
 * Passes lines on and drops those over `maxBytes`, whose memory is freed as they come: one absurd message must not
 * end the connection of all the others, as it would in the transport below.
 */
export function dropLongLines(maxBytes: number, onDrop: (bytes: number) => void): Transform {
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
        if (line !== undefined) this.push(line);
        from = end + 1;
      }
      length += chunk.length - from;
      if (length > maxBytes) pending = [];
      else if (from < chunk.length) pending.push(chunk.subarray(from));
      done();
    },
  });
}
