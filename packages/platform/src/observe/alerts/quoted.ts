/** The most characters of a text that an error repeats. */
const most = 40;

/** A text of somebody's as an error repeats it: in quotes, and not at any length. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text);
}
