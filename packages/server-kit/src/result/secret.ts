import { hiddenCharacter } from "../untrusted/hidden-characters.ts";

/**
 * A secret that the platform, or the tool, has just made: the one thing in a result that is not masked, since nobody
 * can get it again. It is marked as what it is.
 */
export class Secret {
  readonly text: string;
  constructor(text: string) {
    this.text = text.replace(hiddenCharacter, "");
  }

  /** As it stands in a line. */
  get line(): string {
    const shown = /^[!-~]+$/.test(this.text) ? this.text : JSON.stringify(this.text);
    return `${shown} (secret, shown this once)`;
  }
}

/** Marks a value of a result as a new secret. */
export function secret(text: string): Secret {
  return new Secret(text);
}
