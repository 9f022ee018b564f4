import { type Document, Lexer, LineCounter, parseAllDocuments } from "yaml";
import { aliasTargets } from "./alias-targets.ts";
import { YamlError } from "./yaml-error.ts";
import { type YamlPath, YamlPlace } from "./yaml-place.ts";
import { YamlReader, type YamlReaderOptions } from "./yaml-reader.ts";

/** What a YAML file holds, and where. */
export interface YamlFile {
  /** Objects, arrays, strings, numbers, booleans; null in arrays only, as a key without a value is as good as none. */
  readonly value: unknown;
  /** The line of a key or an item, counted from 1; of what contains it when there is no such thing. */
  readonly lineOf: (path: YamlPath) => number;
}

/** Several documents in one file. */
export interface YamlDocuments {
  /** As in `YamlFile`; null for one that is empty. */
  readonly values: readonly unknown[];
  /** As in `YamlFile`, of a path that begins with the number of the document, counted from 0. */
  readonly lineOf: (path: YamlPath) => number;
}

export interface YamlOptions extends YamlReaderOptions {
  /** What to do about a file that holds too much, after a colon. */
  readonly advice: string;
}

/** Characters, and in a repository bytes, of the largest file that is read. */
export const maxFileSize = 262_144;
/** The parser's time grows with tokens: a hundred long steps have 8,000, and 12,000 bad ones take 100 ms. */
const maxTokens = 12_000;
/** Of the flaws of what is not YAML, most follow from the first. */
const toldFlaws = 3;

/**
 * Reads YAML 1.2 of one document with anchors, aliases and merge keys (`<<`), in bounded time and memory whatever it holds.
 *
 * @throws YamlError when it is no YAML, or more of it than anybody needs
 */
export function readYaml(text: string, options: YamlOptions): YamlFile {
  const { documents, place } = parse(text, options);
  const [first, second] = documents;
  if (second !== undefined) {
    throw new YamlError([
      { line: place.lineAt(second.range[0]), message: "this is not valid YAML: the file holds multiple documents" },
    ]);
  }
  const reader = new YamlReader(aliasTargets(first?.contents, place), place, options);
  return { value: reader.read(first?.contents), lineOf: (path) => reader.lineOf(path) };
}

/** Reads YAML as `readYaml` does, of any number of documents. The limits are of all of them together. @throws YamlError */
export function readYamlDocuments(text: string, options: YamlOptions): YamlDocuments {
  const { documents, place } = parse(text, options);
  const targets = new Map(documents.flatMap(({ contents }) => [...aliasTargets(contents, place)]));
  const reader = new YamlReader(targets, place, options);
  return {
    values: documents.map(({ contents }, index) => reader.read(contents, [index])),
    lineOf: (path) => reader.lineOf(path),
  };
}

function parse(text: string, { advice }: YamlOptions) {
  if (text.length > maxFileSize) throw fileTooLarge(advice);
  let tokens = 0;
  for (const _token of new Lexer().lex(text)) {
    if (++tokens > maxTokens) throw tooMuch("the file holds too much", advice);
  }
  const counter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    lineCounter: counter,
    prettyErrors: false,
    // Named, so that a %YAML directive does not choose another one.
    schema: "core",
    stringKeys: true,
    // Would compare each key with every other; the reader does it in time.
    uniqueKeys: false,
  });
  const documents: readonly Document.Parsed[] = "empty" in parsed ? [] : parsed;
  const place = new YamlPlace(counter);
  const found = "empty" in parsed ? [parsed] : parsed;
  const flaws = found.flatMap(({ errors, warnings }) => [...errors, ...warnings]).slice(0, toldFlaws);
  if (flaws.length > 0) {
    throw new YamlError(
      flaws.map(({ pos, message }) => ({
        line: place.lineAt(pos[0]),
        message: `this is not valid YAML: ${message}`,
      })),
    );
  }
  return { documents, place };
}

/** What is said of a file that is not read. */
export function fileTooLarge(advice: string): YamlError {
  return tooMuch(`the file is larger than ${maxFileSize / 1024} KiB`, advice);
}

function tooMuch(what: string, advice: string): YamlError {
  return new YamlError([{ line: 1, message: `${what}: ${advice}` }]);
}
