import type { Readable } from "node:stream";
import type { ByteRange } from "./byte-range.ts";

/** Bytes that an endpoint gives, as a whole or a part of them. */
export interface ByteSource {
  /** How many there are. */
  readonly size: number;
  /** Names exactly these bytes: letters, digits and `-`. */
  readonly version: string;
  /** The bytes of a range of them, which may be empty. */
  open(range: ByteRange): Promise<Readable>;
}
