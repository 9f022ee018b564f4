/** The parts of a 64-bit little-endian ELF program that are read here. */
const header = { segments: 32, segmentSize: 54, segmentCount: 56 };
const segment = { type: 0, offset: 8, size: 32 };
const interpreterType = 3;

interface Place {
  readonly offset: number;
  /** Bytes, the NUL at the end included. */
  readonly size: number;
}

/** Where a program names its loader. Undefined for one that has none: it is static, or no program at all. */
function interpreterPlace(program: Buffer): Place | undefined {
  if (program.length < 64 || program.toString("latin1", 0, 4) !== "\x7fELF") return undefined;
  const first = Number(program.readBigUInt64LE(header.segments));
  const size = program.readUInt16LE(header.segmentSize);
  for (let index = 0; index < program.readUInt16LE(header.segmentCount); index++) {
    const at = first + index * size;
    if (program.readUInt32LE(at + segment.type) !== interpreterType) continue;
    return {
      offset: Number(program.readBigUInt64LE(at + segment.offset)),
      size: Number(program.readBigUInt64LE(at + segment.size)),
    };
  }
  return undefined;
}

/** The path of the loader that a program names; undefined when it names none. */
export function interpreterOf(program: Buffer): string | undefined {
  const place = interpreterPlace(program);
  return place && program.toString("latin1", place.offset, place.offset + place.size - 1);
}

/**
 * Makes a program name another loader, in the place of the one it names: nothing else of it changes or moves, as it does
 * when patchelf rewrites it, which breaks the versions of Claude Code's symbols. @throws when the name does not fit
 */
export function setInterpreter(program: Buffer, path: string): void {
  const place = interpreterPlace(program);
  if (place === undefined) throw new Error("this program names no loader");
  overwrite(program, place, path);
}

/** Puts a text where a longer one stands, and fills up with NUL. @throws when it does not fit */
export function overwrite(bytes: Buffer, { offset, size }: Place, text: string): void {
  if (text.length >= size) throw new Error(`${text} does not fit where ${size - 1} bytes stand`);
  bytes.fill(0, offset, offset + size);
  bytes.write(text, offset, "latin1");
}
