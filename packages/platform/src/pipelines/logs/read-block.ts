import type { FileHandle } from "node:fs/promises";

/** The bytes of a file from `start` up to `end`, or to its end if that comes first. Meant for a block at a time. */
export async function readBlock(file: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(Math.max(0, end - start));
  let length = 0;
  while (length < bytes.length) {
    const { bytesRead } = await file.read(bytes, length, bytes.length - length, start + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.subarray(0, length);
}
