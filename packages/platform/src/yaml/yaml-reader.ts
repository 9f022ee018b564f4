import { type Alias, isAlias, isMap, isNode, isScalar, isSeq, type Node, type Pair, type Scalar } from "yaml";
import { quoted } from "./quoted.ts";
import type { YamlError } from "./yaml-error.ts";
import type { YamlPath, YamlPlace } from "./yaml-place.ts";

/** What a file may hold once its aliases are replaced by what they stand for, which can be any multiple of it. */
const maxValues = 20_000;
const maxCharacters = 1_048_576;

const keyOf = (path: YamlPath) => path.join("\0");
const isMerge = ({ key }: Pair) => isScalar(key) && key.value === "<<";

export interface YamlReaderOptions {
  /** Where a scalar is the text that is written there, such as `3.10`, whatever else it could be read as. */
  readonly isText?: (path: YamlPath) => boolean;
  /**
   * What is read instead of a text: given it as YAML has it, and where it stands (`plain` means without quotes, so that
   * what is read need be no text). @throws Error whose message says why not
   */
  readonly replace?: (text: string, as: "key" | "plain" | "quoted") => unknown;
}

/** Turns the nodes of a document into plain values, and remembers where they stand. */
export class YamlReader {
  readonly #place: YamlPlace;
  readonly #options: YamlReaderOptions;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #lines = new Map<string, number>();
  #values = 0;
  #characters = 0;

  /** @param targets what each alias stands for */
  constructor(targets: ReadonlyMap<Alias, Node>, place: YamlPlace, options: YamlReaderOptions) {
    this.#targets = targets;
    this.#place = place;
    this.#options = options;
  }

  /** The line of a key or an item that has been read; of what contains it when there is no such thing. */
  lineOf(path: YamlPath): number {
    return this.#lines.get(keyOf(path)) ?? (path.length === 0 ? 1 : this.lineOf(path.slice(0, -1)));
  }

  read(node: unknown, path: YamlPath = [], depth = 0): unknown {
    this.#count(node, depth);
    if (depth === 0) this.#lines.set(keyOf(path), this.#place.lineOf(node));
    if (isAlias(node)) return this.read(this.#targets.get(node), path, depth + 1);
    if (isMap(node)) return Object.fromEntries(this.#entries(node.items, path, depth));
    if (isSeq(node)) return node.items.map((item, index) => this.#item(item, [...path, index], depth));
    return isScalar(node) ? this.#scalar(node, path) : null;
  }

  #item(item: unknown, path: YamlPath, depth: number): unknown {
    this.#lines.set(keyOf(path), this.#place.lineOf(item));
    return this.read(item, path, depth + 1);
  }

  #entries(pairs: readonly Pair[], path: YamlPath, depth: number): Map<string, unknown> {
    const entries = new Map<string, unknown>();
    for (const { value } of pairs.filter(isMerge)) {
      for (const [key, inherited] of this.#merged(value, path, depth + 1)) entries.set(key, inherited);
    }
    const own = new Set<string>();
    for (const { key, value } of pairs.filter((pair) => !isMerge(pair))) {
      if (!isScalar(key) || typeof key.value !== "string") throw this.#place.problem(key, "a key must be text");
      const name = this.#text(key, String(this.#replaced(key, key.value, "key")));
      if (own.has(name)) throw this.#place.problem(key, `the key ${quoted(name)} is here twice`);
      own.add(name);
      const at = [...path, name];
      this.#lines.set(keyOf(at), this.#place.lineOf(key));
      const read = this.read(value, at, depth + 1);
      if (read === null) entries.delete(name);
      else entries.set(name, read);
    }
    return entries;
  }

  /** What `<<` brings into a map: another one, or several of which the first has precedence. */
  #merged(node: unknown, path: YamlPath, depth: number): Map<string, unknown> {
    this.#count(node, depth);
    const target = isAlias(node) ? this.#targets.get(node) : node;
    if (isMap(target)) return this.#entries(target.items, path, depth);
    if (!isSeq(target)) throw this.#place.problem(node, "'<<' takes a map, or a list of maps");
    const maps = target.items.map((item) => this.#merged(item, path, depth + 1));
    return new Map(maps.reverse().flatMap((map) => [...map]));
  }

  #scalar(node: Scalar, path: YamlPath): unknown {
    const { value, source } = node;
    if (typeof value === "string") {
      const read = this.#replaced(node, value, node.type === "PLAIN" ? "plain" : "quoted");
      return typeof read === "string" ? this.#text(node, read) : read;
    }
    if (this.#options.isText?.(path) === true) return this.#text(node, source ?? "");
    if (value === null || typeof value === "number" || typeof value === "boolean") return value;
    throw this.#place.problem(node, "only text, numbers, true and false can stand here");
  }

  #replaced(node: unknown, text: string, as: "key" | "plain" | "quoted"): unknown {
    try {
      return this.#options.replace === undefined ? text : this.#options.replace(text, as);
    } catch (error) {
      throw this.#place.problem(node, error instanceof Error ? error.message : String(error));
    }
  }

  #text(node: unknown, text: string): string {
    this.#characters += text.length;
    if (this.#characters > maxCharacters) throw this.#tooMuch(node);
    if (!text.includes("\0") && text.isWellFormed()) return text;
    throw this.#place.problem(node, "this holds NUL, or half of a character");
  }

  #count(node: unknown, depth: number): void {
    if (isNode(node)) this.#place.checkDepth(node, depth);
    if (++this.#values > maxValues) throw this.#tooMuch(node);
  }

  #tooMuch(node: unknown): YamlError {
    return this.#place.problem(node, "the file holds too much once its aliases are replaced by what they stand for");
  }
}
