import { UserError } from "../../user-error.ts";

/** Tar is made of blocks of so many bytes: a header, then the content, filled up with zeros. */
export const blockSize = 512;

export interface TarMember {
  /** At most 100 bytes, or 255 with a `/` at the right place: the format keeps longer names in two parts. */
  readonly name: string;
  /** Bytes of content. */
  readonly size: number;
}

/** The largest size that fits the header's eleven octal digits. */
const largestOctal = 0o77777777777;
const sizeAt = 124;
const checksumAt = 148;
const prefixAt = 345;

/** A header of the POSIX `ustar` format for a private file; sizes from 8 GiB are written the way GNU tar writes them. */
export function encodeHeader({ name, size }: TarMember, modified: Date): Buffer {
  const header = Buffer.alloc(blockSize);
  const { prefix, rest } = splitName(name);
  header.write(rest, 0, 100);
  header.write(prefix, prefixAt, 155);
  header.write("0000600\0", 100);
  header.write("0000000\0".repeat(2), 108);
  if (size <= largestOctal) header.write(`${octal(size, 11)}\0`, sizeAt);
  else {
    header.writeUInt8(0x80, sizeAt);
    header.writeBigUInt64BE(BigInt(size), sizeAt + 4);
  }
  header.write(`${octal(Math.floor(modified.getTime() / 1000), 11)}\0`, 136);
  header.write("0", 156);
  header.write("ustar\0" + "00", 257);
  header.write(`${octal(checksum(header), 6)}\0 `, checksumAt);
  return header;
}

/** Reads a header of a plain file; undefined for the block of zeros that ends an archive. @throws UserError */
export function decodeHeader(header: Buffer): TarMember | undefined {
  if (header.every((byte) => byte === 0)) return undefined;
  const expected = `${octal(checksum(header), 6)}\0 `;
  if (header.toString("latin1", checksumAt, checksumAt + 8) !== expected || header.toString("latin1", 156, 157) !== "0")
    throw new UserError("a header is damaged");
  const rest = textAt(header, 0, 100);
  const prefix = textAt(header, prefixAt, 155);
  const name = prefix === "" ? rest : `${prefix}/${rest}`;
  const isBinary = header.readUInt8(sizeAt) === 0x80;
  const size = isBinary
    ? Number(header.readBigUInt64BE(sizeAt + 4))
    : Number.parseInt(header.toString("latin1", sizeAt, sizeAt + 11), 8);
  return { name, size };
}

/** The two parts of a name, which readers join with a `/`: the first only where the name would not fit otherwise. */
function splitName(name: string): { readonly prefix: string; readonly rest: string } {
  if (Buffer.byteLength(name) <= 100) return { prefix: "", rest: name };
  for (let at = name.indexOf("/"); at !== -1; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(rest) <= 100 && Buffer.byteLength(prefix) <= 155) return { prefix, rest };
  }
  throw new Error(`${name} is too long a name for tar`);
}

function textAt(header: Buffer, start: number, length: number): string {
  return header
    .subarray(start, start + length)
    .toString("utf8")
    .replace(/\0.*$/s, "");
}

/** How many zeros fill up the last block of so many bytes. */
export function paddingOf(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}

/** The sum of all bytes, those of the checksum itself counted as spaces. */
function checksum(header: Buffer): number {
  const own = header.subarray(checksumAt, checksumAt + 8);
  return sum(header) - sum(own) + 8 * 0x20;
}

function sum(bytes: Buffer): number {
  return bytes.reduce((total, byte) => total + byte, 0);
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}
