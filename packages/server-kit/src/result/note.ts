import { asData, asText, type Part } from "./part.ts";

/** A line of the platform's own words, such as what to do next. In structured output it stands under `note`. */
export function note(text: string): Part {
  return { render: ({ mode }) => (mode === "structured" ? asData({ note: text }) : asText([text])) };
}
