import { Lexer, LineCounter, parseDocument } from "yaml";
import { DefinitionError } from "../definition-error.ts";
import { type YamlPath, YamlPlace } from "./yaml-place.ts";
import { YamlReader } from "./yaml-reader.ts";

/** What a YAML file holds, and where. */
export interface YamlFile {
  /** Objects, arrays, strings, numbers, booleans; null in arrays only, as a key without a value is as good as none. */
  readonly value: unknown;
  /** The line of a key or an item, counted from 1; of what contains it when there is no such thing. */
  readonly lineOf: (path: YamlPath) => number;
}

export interface YamlOptions {
  /** Where a scalar is the text that is written there, such as `3.10`, whatever else it could be read as. */
  readonly isText: (path: YamlPath) => boolean;
}

/** Characters, and in a repository bytes, of the largest file that is read. */
export const maxFileSize = 262_144;
/** The parser's time grows with tokens: a hundred long steps have 8,000, and 12,000 bad ones take 100 ms. */
const maxTokens = 12_000;
/** Of the flaws of what is not YAML, most follow from the first. */
const toldFlaws = 3;

/**
 * Reads YAML 1.2 with anchors, aliases and merge keys (`<<`), in bounded time and memory whatever it holds.
 *
 * @throws DefinitionError when it is no YAML, or more of it than a definition needs
 */
export function readYaml(text: string, { isText }: YamlOptions): YamlFile {
  if (text.length > maxFileSize) throw fileTooLarge();
  let tokens = 0;
  for (const _token of new Lexer().lex(text)) {
    if (++tokens > maxTokens) throw tooMuch("the file holds too much");
  }
  const counter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: counter,
    prettyErrors: false,
    // Named, so that a %YAML directive does not choose another one.
    schema: "core",
    stringKeys: true,
    // Would compare each key with every other; the reader does it in time.
    uniqueKeys: false,
  });
  const place = new YamlPlace(counter);
  const flaws = [...document.errors, ...document.warnings].slice(0, toldFlaws).map(({ pos, message }) => ({
    line: place.lineAt(pos[0]),
    message: `this is not valid YAML: ${message}`,
  }));
  if (flaws.length > 0) throw new DefinitionError(flaws);
  const reader = new YamlReader(document.contents, place, isText);
  return { value: reader.read(document.contents), lineOf: (path) => reader.lineOf(path) };
}

/** What is said of a file that is not read. */
export function fileTooLarge(): DefinitionError {
  return tooMuch(`the file is larger than ${maxFileSize / 1024} KiB`);
}

function tooMuch(what: string): DefinitionError {
  return new DefinitionError([{ line: 1, message: `${what}: put longer scripts into files of their own` }]);
}
