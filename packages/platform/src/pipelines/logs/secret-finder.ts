import { secretPatterns, shortestMasked } from "./secret-patterns.ts";

/** What begins at a place. */
export interface Found {
  /** Of the longest secret, in bytes; 0 for none. */
  readonly length: number;
  /** Whether more bytes might make it a longer one. */
  readonly isOpen: boolean;
}

const nothing: Found = { length: 0, isOpen: false };

/** Finds secrets in bytes, in a time that hardly depends on how many there are. */
export class SecretFinder {
  /** In order, so that those which begin alike stand together, shorter ones first. */
  readonly #patterns: readonly Buffer[];
  /** For each, the longest of the others that it begins with; -1 for none. */
  readonly #shorter: Int32Array;
  /** Where those stand that begin with four bytes. */
  readonly #groups = new Map<number, { readonly from: number; to: number }>();
  /** Which pairs of bytes one begins with: most places of an output need no more than a look at this. */
  readonly #beginnings = new Uint8Array(65_536);

  constructor(secrets: readonly string[]) {
    this.#patterns = [...secretPatterns(secrets)].sort(Buffer.compare);
    this.#shorter = shorterOnes(this.#patterns);
    this.#patterns.forEach((pattern, index) => {
      this.#beginnings[pattern.readUInt16LE()] = 1;
      const group = this.#groups.get(pattern.readUInt32BE()) ?? { from: index, to: index };
      group.to = index + 1;
      this.#groups.set(pattern.readUInt32BE(), group);
    });
  }

  /** False when there is nothing to find. */
  get hasSecrets(): boolean {
    return this.#patterns.length > 0;
  }

  /** The first place from `at` on where a secret may begin; the last place when there is none. */
  next(bytes: Buffer, at: number): number {
    for (let place = at; place + 1 < bytes.length; place++) {
      if (this.#beginnings[(bytes[place] ?? 0) | ((bytes[place + 1] ?? 0) << 8)] === 1) return place;
    }
    return Math.max(at, bytes.length - 1);
  }

  match(bytes: Buffer, at: number): Found {
    const isShort = bytes.length - at < shortestMasked;
    const group = isShort ? { from: 0, to: this.#patterns.length } : this.#groups.get(bytes.readUInt32BE(at));
    if (group === undefined) return nothing;
    const after = this.#firstAfter(bytes, at, group);
    let index = after - 1;
    while (index >= 0 && !this.#isAt(index, bytes, at)) index = this.#shorter[index] ?? -1;
    return { length: this.#patterns[index]?.length ?? 0, isOpen: this.#goesOn(after, bytes, at) };
  }

  /** The first pattern of a group that comes after all the bytes from `at` on in order. */
  #firstAfter(bytes: Buffer, at: number, { from, to }: { readonly from: number; readonly to: number }): number {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high) >> 1;
      const isAfter = this.#patterns[middle]?.compare(bytes, at) === 1;
      if (isAfter) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #isAt(index: number, bytes: Buffer, at: number): boolean {
    const pattern = this.#patterns[index];
    const end = at + (pattern?.length ?? 0);
    return pattern !== undefined && end <= bytes.length && pattern.compare(bytes, at, end) === 0;
  }

  /** Whether all the bytes from `at` on are the beginning of a pattern. */
  #goesOn(index: number, bytes: Buffer, at: number): boolean {
    const pattern = this.#patterns[index];
    const length = bytes.length - at;
    return (
      pattern !== undefined && length < pattern.length && pattern.compare(bytes, at, bytes.length, 0, length) === 0
    );
  }
}

function shorterOnes(patterns: readonly Buffer[]): Int32Array {
  const shorter = new Int32Array(patterns.length);
  patterns.forEach((pattern, index) => {
    let candidate = index - 1;
    while (candidate >= 0 && !startsWith(pattern, patterns[candidate])) candidate = shorter[candidate] ?? -1;
    shorter[index] = candidate;
  });
  return shorter;
}

function startsWith(bytes: Buffer, beginning: Buffer | undefined): boolean {
  return beginning !== undefined && bytes.subarray(0, beginning.length).equals(beginning);
}
