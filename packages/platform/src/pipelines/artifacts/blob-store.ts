import type { Readable } from "node:stream";
import type { ByteRange } from "../../http/byte-range.ts";

/** What is kept is larger than was allowed. The message is for the user. */
export class TooLargeError extends Error {
  override readonly name = "TooLargeError";
}

/** A blob that is kept, and when it was, in milliseconds since 1970. */
export interface StoredBlob {
  readonly key: string;
  readonly storedAt: number;
}

/** Bytes by key, `<pipeline id>/<uuid>`. A key is written once, is there whole or not at all, and never changes. */
export interface BlobStore {
  /** Keeps all that `body` gives, durably, and says how many bytes it was. @throws TooLargeError beyond `maxBytes` */
  put(key: string, body: Readable, maxBytes: number): Promise<number>;
  /** Opens a blob, so that it can be read even when it is removed meanwhile; undefined when there is none. */
  open(key: string, range?: ByteRange): Promise<Readable | undefined>;
  /** Removes a blob; nothing when there is none. */
  remove(key: string): Promise<void>;
  /** Everything that is kept, the unfinished too. */
  list(): AsyncIterable<StoredBlob>;
}
