import type { Visited } from "./visit.ts";

/** Lines of an answer that are shown. */
const shown = 32;

/** Tells in a terminal what an agent does and reads. */
export class Narrator {
  readonly #write: (text: string) => void;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  say(words: string): void {
    this.#write(`\n● ${words}\n`);
  }

  call(server: string, tool: string, args: Readonly<Record<string, unknown>>): void {
    const given = Object.keys(args).length === 0 ? "" : ` ${JSON.stringify(args)}`;
    this.#write(`\n  ${server} ${tool}${given}\n`);
  }

  command(command: string): void {
    const [first = "", ...rest] = command.split("\n");
    this.#write(`\n  $ ${first}${rest.length === 0 ? "" : ` … (${rest.length} lines)`}\n`);
  }

  visit(address: string, { status, body }: Visited): void {
    this.#write(`\n  the reviewer opens ${address}\n`);
    this.#indented(`${status} ${body}`.trim());
  }

  answer(text: string): void {
    this.#indented(text);
  }

  output(text: string): void {
    if (text !== "") this.#indented(text);
  }

  #indented(text: string): void {
    const lines = text.split("\n");
    const cut = lines.length > shown ? [...lines.slice(0, shown), `… ${lines.length - shown} lines more`] : lines;
    this.#write(`${cut.map((line) => `    ${line}`).join("\n")}\n`);
  }
}
