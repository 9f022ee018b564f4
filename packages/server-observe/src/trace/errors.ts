import { type Entry, entries, named, type Part } from "@platform-mcp/server-kit";
import * as z from "zod";
import { type Attributes, attributesLine, ownAttributes } from "../attributes.ts";
import { lookBelow } from "./below.ts";
import { preorder, type SpanNode } from "./span-forest.ts";
import { clipped, type SpanContext } from "./span-row.ts";

/** Errors that are shown of those there are. */
const mostShown = 5;

/** Lines of a stack trace that are shown. */
const stackLines = 6;

/** Characters of a name. */
const nameShown = 60;

/** Characters of its attributes. */
const attributesShown = 400;

export const errorsOutput = {
  errors: z.array(
    z.object({
      span: z.string(),
      service: z.string(),
      count: z.int(),
      span_id: z.string(),
      body: z.string(),
    }),
  ),
};

/** What failed, without what failed only because something below it did; what is alike, once. */
export function errorsPart(roots: readonly SpanNode[], context: SpanContext): readonly Part[] {
  const nodes = preorder(roots);
  const below = lookBelow(nodes, context);
  const causes = nodes
    .filter((node) => node.isError && !below(node).hasError)
    .sort((one, other) => one.start - other.start);
  const alike = [...Map.groupBy(causes, keyOf).values()];
  if (alike.length === 0) return [];
  return [
    entries({
      key: "errors",
      items: alike.slice(0, mostShown).map((members) => entryOf(members, context)),
      header: (shown) =>
        `errors ${alike.length === shown ? shown : `1-${shown} of ${alike.length}`}, the first to begin first:`,
      share: 0.5,
      each: 0.25,
      rest: (shown) => (shown < alike.length ? "More errors: get_trace with offset=0 lists every span." : undefined),
      cut: (index) => `Error ${index + 1} was cut: get_trace with its span_id.`,
    }),
  ];
}

function keyOf({ service, name, span }: SpanNode): string {
  return JSON.stringify([service, name, span.status_message]);
}

function entryOf(members: readonly SpanNode[], { idOf }: SpanContext): Entry {
  const [first] = members;
  if (first === undefined) return { fields: {}, body: "" };
  const fields = {
    span: named(clipped(first.name, nameShown)),
    service: named(clipped(first.service, nameShown)),
    count: members.length,
  };
  const count = members.length === 1 ? null : `${members.length}x`;
  return {
    fields: { ...fields, span_id: first.id },
    heading: { count, span: fields.span, service: fields.service, id: `#${idOf(first)}` },
    body: errorText(first),
  };
}

/** What the program said: its message, the exceptions that it noted, the attributes of the span. */
function errorText({ span }: SpanNode): string {
  const exceptions = (span.events ?? []).filter(({ name }) => name === "exception").map(exceptionText);
  return [span.status_message ?? "", ...exceptions, attributesLine(ownAttributes(span.attributes), attributesShown)]
    .filter((line) => line !== "")
    .join("\n");
}

function exceptionText({ attributes }: { readonly attributes?: Attributes }): string {
  const said = (name: string) => {
    const value = attributes?.[`exception.${name}`];
    return typeof value === "string" ? value : undefined;
  };
  const stack = said("stacktrace")?.split("\n").slice(0, stackLines).join("\n");
  // A stack trace begins with the exception's type and message.
  return stack ?? [said("type"), said("message")].filter((part) => part !== undefined).join(": ");
}
