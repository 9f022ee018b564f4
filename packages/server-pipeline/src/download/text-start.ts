/** The beginning of some bytes, and all of them still to be read. */
export interface Started {
  readonly start: Uint8Array;
  /** Whether that is all. */
  readonly complete: boolean;
  /** Everything, from the first byte on; to be read once. */
  readonly whole: AsyncIterable<Uint8Array>;
  /** Ends the request of an answer of which not all is wanted; harmless at any time. */
  end(): Promise<void>;
}

/** Reads at least `most` bytes, or all there are, without losing them for whoever reads on. */
export async function startOf(bytes: AsyncIterable<Uint8Array>, most: number): Promise<Started> {
  const rest = bytes[Symbol.asyncIterator]();
  const read: Uint8Array[] = [];
  let size = 0;
  let complete = false;
  while (!complete && size <= most) {
    const { done, value } = await rest.next();
    if (done) complete = true;
    else {
      read.push(value);
      size += value.byteLength;
    }
  }
  async function* whole(): AsyncGenerator<Uint8Array, void, undefined> {
    yield* read;
    while (!complete) {
      const { done, value } = await rest.next();
      if (done) return;
      yield value;
    }
  }
  const end = async () => void (await rest.return?.());
  return { start: Buffer.concat(read), complete, whole: whole(), end };
}

/** Bytes as text; undefined when they are not UTF-8, or hold what no text holds. A character cut at the end is left out. */
export function asText(bytes: Uint8Array, complete: boolean): string | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: !complete });
    return text.includes("\0") ? undefined : text;
  } catch {
    return undefined;
  }
}
