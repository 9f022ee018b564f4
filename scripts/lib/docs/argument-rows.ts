/** A JSON Schema of which nothing is known but that it is one. */
type Schema = Readonly<Record<string, unknown>>;

interface ObjectSchema {
  readonly properties: Readonly<Record<string, Schema>>;
  readonly required: readonly string[];
}

/** One row an argument: name, type, whether it must be given, meaning. */
export function argumentRows({ properties, required }: ObjectSchema): string[][] {
  return Object.entries(properties).map(([name, schema]) => [
    `\`${name}\``,
    typeText(schema),
    required.includes(name)
      ? "required"
      : "default" in schema
        ? `default \`${JSON.stringify(schema.default)}\``
        : "optional",
    typeof schema.description === "string" ? schema.description : "",
  ]);
}

/** The type of an argument for people, such as `integer 1-50` or `"open" or "closed"`. */
export function typeText({ type, enum: values, const: value, anyOf, items, minimum, maximum }: Schema): string {
  if (Array.isArray(values)) return values.map(literal).join(" or ");
  if (value !== undefined) return literal(value);
  if (Array.isArray(anyOf)) return anyOf.map((one) => (isSchema(one) ? typeText(one) : "anything")).join(" or ");
  if (isSchema(items)) return `list of ${typeText(items)}`;
  const name = Array.isArray(type) ? type.join(" or ") : typeof type === "string" ? type : "anything";
  return `${name}${rangeText(minimum, maximum)}`;
}

function literal(value: unknown): string {
  return `\`${JSON.stringify(value)}\``;
}

function rangeText(minimum: unknown, maximum: unknown): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum}-${maximum}`;
  if (minimum !== undefined) return ` from ${minimum}`;
  return maximum === undefined ? "" : ` to ${maximum}`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
