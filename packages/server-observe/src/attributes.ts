/** Attributes of a log, a span or an event, as platforms give them. */
export type Attributes = Readonly<Record<string, unknown>> | null | undefined;

/** What programs say of themselves and where they run, with everything that they send. */
const ofTheProgram = /^(telemetry|process|host|os|service|container|k8s|thread|otel)\./;

/** Those that say something of this log or span. */
export function ownAttributes(attributes: Attributes): Readonly<Record<string, unknown>> {
  const own = Object.entries(attributes ?? {}).filter(([name]) => !ofTheProgram.test(name));
  return Object.fromEntries(own);
}

/** As one line of JSON, cut at so many characters; empty when there are none. */
export function attributesLine(attributes: Attributes, most = Number.POSITIVE_INFINITY): string {
  const text = Object.keys(attributes ?? {}).length === 0 ? "" : JSON.stringify(attributes);
  return text.length <= most ? text : `${text.slice(0, most - 1).toWellFormed()}…`;
}

/** One line each, indented; what is not text as JSON. */
export function attributeLines(attributes: Attributes): readonly string[] {
  return Object.entries(attributes ?? {}).map(([name, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return `  ${name}: ${text.replaceAll("\n", "\n    ")}`;
  });
}

/** What several things all have alike; nothing of one alone. */
export function alikeIn(all: readonly Attributes[]): Readonly<Record<string, unknown>> {
  const [first, ...others] = all;
  if (others.length === 0) return {};
  const alike = Object.entries(first ?? {}).filter(([name, value]) => {
    const text = JSON.stringify(value);
    return others.every((other) => other && Object.hasOwn(other, name) && JSON.stringify(other[name]) === text);
  });
  return Object.fromEntries(alike);
}

/** Those that are not among some that are said already. */
export function without(
  attributes: Attributes,
  said: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(attributes ?? {}).filter(([name]) => !Object.hasOwn(said, name)));
}
