import * as z from "zod";
import { BrokenPayload } from "../broken-payload.ts";
import { mostItems, type Sent, TooManyItems } from "../model.ts";
import { attributesOf } from "./any-value.ts";
import { list, text } from "./fields.ts";

/** How the lists are called in which the items of a request stand. */
export interface JsonNames {
  readonly resources: string;
  readonly scopes: string;
  readonly items: string;
}

const object = z.record(z.string(), z.unknown());
const resourceSchema = z.object({ attributes: list }).nullish();
const scopeSchema = z.object({ name: text }).nullish();

/** Reads a request in OTLP's JSON item by item. @throws BrokenPayload; TooManyItems */
export function* decodeJson<Item>(
  body: Buffer,
  names: JsonNames,
  readItem: (value: unknown) => Item,
): Generator<Sent<Item>> {
  // Not of items alone: the least that there can be of anything costs its time, too.
  let left = mostItems;
  const counted = <Value>(values: readonly Value[]) => {
    left -= values.length;
    if (left < 0) throw new TooManyItems();
    return values;
  };
  try {
    const request = object.parse(JSON.parse(body.toString("utf8")));
    for (const value of counted(list.parse(request[names.resources]))) {
      const ofResource = object.parse(value);
      const resource = attributesOf(resourceSchema.parse(ofResource.resource)?.attributes);
      for (const inner of counted(list.parse(ofResource[names.scopes]))) {
        const ofScope = object.parse(inner);
        const scope = scopeSchema.parse(ofScope.scope)?.name ?? "";
        for (const item of counted(list.parse(ofScope[names.items]))) yield { resource, scope, item: readItem(item) };
      }
    }
  } catch (error) {
    if (error instanceof z.ZodError) throw new BrokenPayload("JSON", reasonOf(error));
    if (error instanceof SyntaxError || error instanceof RangeError) throw new BrokenPayload("JSON", error.message);
    throw error;
  }
}

function reasonOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? "not a request" : `${issue.path.join(".")} ${issue.message}`.trim();
}
