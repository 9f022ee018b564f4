import { quoteName } from "@platform-mcp/server-kit";

/** Characters of a name in a question: more than people give, and too few to push out of sight what is asked. */
const usual = 120;

/** A text that users chose, within a question: as `quoteName` writes it, cut where that is longer than it may be. */
export function brief(text: string, characters = usual): string {
  const whole = quoteName(text);
  if (whole.length <= characters) return whole;
  let kept = text.slice(0, characters);
  while (kept.length > 0 && quoteName(`${kept}…`).length > characters)
    kept = kept.slice(0, -Math.ceil(kept.length / 8));
  return quoteName(`${kept}…`);
}
