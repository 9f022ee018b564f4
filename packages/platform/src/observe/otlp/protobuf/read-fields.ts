import type { Reader } from "protobufjs/minimal.js";

/** How a field is written. */
export const varint = 0;
export const fixed64 = 1;
export const delimited = 2;
export const fixed32 = 5;

/** What stands before a field: its number, and how it is written. */
export function tagOf(field: number, wireType: number): number {
  return field * 8 + wireType;
}

/**
 * Reads a message up to its end, field by field. What `readField` does not take (it gives false) is passed over, as
 * protobuf has it for fields that came later. @throws RangeError for a message that does not end where it should
 */
export function readFields(reader: Reader, end: number, readField: (tag: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.tag();
    if (!readField(tag)) reader.skipType(tag & 7, 0, tag >>> 3);
  }
  if (reader.pos !== end) throw new RangeError(`a message runs over its end at ${end}`);
}

/** Where the message that begins here ends, by the length before it. @throws RangeError when that is after the body */
export function endOf(reader: Reader): number {
  const length = reader.size();
  const end = reader.pos + length;
  if (end > reader.len) throw new RangeError(`a message of ${length} bytes at ${reader.pos} is not all there`);
  return end;
}

/** Reads a message that stands here with its length. */
export function readMessage(reader: Reader, readField: (tag: number) => boolean): void {
  readFields(reader, endOf(reader), readField);
}

/** Nanoseconds as milliseconds, exact to a microsecond. */
export function readTime(reader: Reader): number {
  const low = reader.fixed32();
  return (reader.fixed32() * 2 ** 32 + low) / 1e6;
}

/** A whole number of 64 bits, which loses its last digits beyond 2^53. */
export function readFixed64(reader: Reader): number {
  const low = reader.fixed32();
  return reader.fixed32() * 2 ** 32 + low;
}

/** As `readFixed64`, of a number with a sign. */
export function readSignedFixed64(reader: Reader): number {
  const low = reader.fixed32();
  return reader.sfixed32() * 2 ** 32 + low;
}

export function readHex(reader: Reader): string {
  const bytes = reader.bytes();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** Repeated numbers, together in one field or each in its own. */
export function readNumbers(reader: Reader, tag: number, into: number[], readNumber: () => number): void {
  if ((tag & 7) !== delimited) {
    into.push(readNumber());
    return;
  }
  const end = endOf(reader);
  while (reader.pos < end) into.push(readNumber());
  if (reader.pos !== end) throw new RangeError(`numbers run over their end at ${end}`);
}
