import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { errorCode } from "../../db/embedded/files.ts";
import { UserError } from "../../user-error.ts";
import { blockSize, decodeHeader, paddingOf } from "./tar-header.ts";
import { sumsName } from "./write-archive.ts";

/** An archive all of whose bytes have been found to be those that were written. */
export interface Archive {
  has(name: string): boolean;
  /** The content of a file in the archive. @throws UserError when there is none of this name */
  read(name: string): AsyncGenerator<Buffer, void>;
  close(): Promise<void>;
}

interface Extent {
  readonly start: number;
  readonly size: number;
}

const chunkSize = 256 * 1024;

/**
 * Opens an archive after reading it whole and comparing every checksum.
 * @param onProgress told how much has been compared, from 0 to 1
 * @throws UserError saying what is damaged
 */
export async function openArchive(path: string, onProgress: (part: number) => void = () => {}): Promise<Archive> {
  const file = await open(path, "r").catch((error: unknown) => {
    throw new UserError(`${path} cannot be read (${errorCode(error)})`);
  });
  try {
    const extents = await listFiles(file);
    await compareSums(file, extents, onProgress);
    return {
      has: (name) => extents.has(name),
      read: (name) => {
        const extent = extents.get(name);
        if (extent === undefined) throw new UserError(`${path} has no ${name}`);
        return readExtent(file, extent);
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    if (error instanceof UserError || errorCode(error) !== undefined) {
      const reason = error instanceof Error ? error.message : "";
      throw new UserError(`${path} is not a whole backup: ${reason}`);
    }
    throw error;
  }
}

/** Where each file is. Reading past the end, as in what was cut off, is damage. */
async function listFiles(file: FileHandle): Promise<ReadonlyMap<string, Extent>> {
  const extents = new Map<string, Extent>();
  let position = 0;
  for (;;) {
    const member = decodeHeader(await readExactly(file, position, blockSize));
    if (member === undefined) break;
    if (extents.has(member.name)) throw new UserError(`it has ${member.name} twice`);
    extents.set(member.name, { start: position + blockSize, size: member.size });
    const padding = await readExactly(file, position + blockSize + member.size, paddingOf(member.size));
    if (padding.some((byte) => byte !== 0)) throw new UserError(`what follows ${member.name} is damaged`);
    position += blockSize + member.size + padding.length;
  }
  const { size } = await file.stat();
  const end = await readExactly(file, position, size - position);
  if (end.length !== 2 * blockSize || end.some((byte) => byte !== 0)) throw new UserError("its end is damaged");
  return extents;
}

async function compareSums(
  file: FileHandle,
  extents: ReadonlyMap<string, Extent>,
  onProgress: (part: number) => void,
): Promise<void> {
  const expected = await readSums(file, extents.get(sumsName));
  const names = [...extents.keys()].filter((name) => name !== sumsName);
  const missing = [...expected.keys()].find((name) => !extents.has(name));
  if (missing !== undefined) throw new UserError(`${missing} is missing`);
  const total = [...extents.values()].reduce((sum, { size }) => sum + size, 1);
  let done = 0;
  for (const name of names) {
    const hash = createHash("sha256");
    for await (const chunk of readExtent(file, extents.get(name) ?? { start: 0, size: 0 })) {
      hash.update(chunk);
      done += chunk.length;
      onProgress(done / total);
    }
    if (hash.digest("hex") !== expected.get(name)) throw new UserError(`${name} is damaged`);
  }
}

async function readSums(file: FileHandle, extent: Extent | undefined): Promise<ReadonlyMap<string, string>> {
  if (extent === undefined) throw new UserError(`it has no ${sumsName}`);
  const sums = new Map<string, string>();
  for (const line of (await readExactly(file, extent.start, extent.size)).toString("utf8").split("\n")) {
    const [, sum, name] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (sum !== undefined && name !== undefined) sums.set(name, sum);
    else if (line !== "") throw new UserError(`${sumsName} is damaged`);
  }
  return sums;
}

async function* readExtent(file: FileHandle, { start, size }: Extent): AsyncGenerator<Buffer, void> {
  for (let done = 0; done < size; done += chunkSize) {
    yield await readExactly(file, start + done, Math.min(chunkSize, size - done));
  }
}

async function readExactly(file: FileHandle, position: number, size: number): Promise<Buffer> {
  const { size: available } = await file.stat();
  if (size < 0 || position + size > available) throw new UserError("its end is missing");
  const buffer = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const { bytesRead } = await file.read(buffer, read, size - read, position + read);
    if (bytesRead === 0) throw new UserError("its end is missing");
    read += bytesRead;
  }
  return buffer;
}
