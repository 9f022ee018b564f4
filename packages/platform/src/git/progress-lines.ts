/** Splits what git writes for people into lines without control characters; a line that is rewritten is a new line. */
export class ProgressLines {
  #rest = "";

  add(text: string): string[] {
    const lines = (this.#rest + text).split(/[\r\n]+/);
    this.#rest = (lines.pop() ?? "").slice(-4096);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    return lines.map((line) => line.replace(/\x1b\[[0-9;]*[A-Za-z]|[\0-\x1f\x7f]/g, "").trim()).filter(Boolean);
  }
}
