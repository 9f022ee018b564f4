import * as z from "zod";
import { BrokenPayload } from "../broken-payload.ts";
import type { Sent } from "../model.ts";
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

/** Reads a request in OTLP's JSON item by item. @throws BrokenPayload */
export function* decodeJson<Item>(
  body: Buffer,
  names: JsonNames,
  readItem: (value: unknown) => Item,
): Generator<Sent<Item>> {
  try {
    const request = object.parse(JSON.parse(body.toString("utf8")));
    for (const ofResource of listIn(request, names.resources)) {
      const resource = attributesOf(resourceSchema.parse(ofResource.resource)?.attributes);
      for (const ofScope of listIn(ofResource, names.scopes)) {
        const scope = scopeSchema.parse(ofScope.scope)?.name ?? "";
        for (const item of list.parse(ofScope[names.items])) yield { resource, scope, item: readItem(item) };
      }
    }
  } catch (error) {
    if (error instanceof z.ZodError) throw new BrokenPayload("JSON", reasonOf(error));
    if (error instanceof SyntaxError || error instanceof RangeError) throw new BrokenPayload("JSON", error.message);
    throw error;
  }
}

function listIn(value: Readonly<Record<string, unknown>>, name: string): readonly Record<string, unknown>[] {
  return z.array(object).parse(list.parse(value[name]));
}

function reasonOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? "not a request" : `${issue.path.join(".")} ${issue.message}`.trim();
}
