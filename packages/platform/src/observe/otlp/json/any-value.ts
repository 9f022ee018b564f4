import * as z from "zod";
import { AttributeSet } from "../attribute-set.ts";
import { wholeNumber } from "./fields.ts";

/** As deep as values may stand in one another, and how many there may be in one: what is beyond is left out. */
const deepest = 8;
const mostValues = 1000;

const anyValue = z.object({
  stringValue: z.string().nullish(),
  boolValue: z.boolean().nullish(),
  intValue: z.union([z.string().regex(/^-?\d{1,20}$/), wholeNumber]).nullish(),
  doubleValue: z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"])]).nullish(),
  arrayValue: z.object({ values: z.array(z.unknown()).nullish() }).nullish(),
  kvlistValue: z.object({ values: z.array(z.unknown()).nullish() }).nullish(),
  bytesValue: z.string().nullish(),
});

const keyValue = z.object({ key: z.string().nullish(), value: z.unknown().optional() });

interface Limits {
  readonly deepest: number;
  left: number;
}

/** An `AnyValue` as JSON holds it; null when it holds nothing. @throws ZodError */
export function jsonValue(value: unknown): unknown {
  return readValue(value, { deepest, left: mostValues });
}

/** A list of `KeyValue`. @throws ZodError */
export function attributesOf(pairs: readonly unknown[] | null | undefined): AttributeSet {
  const attributes = new AttributeSet();
  for (const pair of pairs ?? []) {
    if (attributes.hasRoom) attributes.add(...readPair(pair, { deepest, left: mostValues }));
    else attributes.cut += 1;
  }
  return attributes;
}

function readPair(pair: unknown, limits: Limits): [name: string, value: unknown] {
  const { key, value } = keyValue.parse(pair);
  return [key ?? "", readValue(value, limits)];
}

function readValue(value: unknown, limits: Limits): unknown {
  if (value === null || value === undefined) return null;
  const parsed = anyValue.parse(value);
  if (typeof parsed.intValue === "string") return exact(parsed.intValue);
  if (parsed.arrayValue) return inner(parsed.arrayValue.values, limits, readValue);
  if (parsed.kvlistValue) return Object.fromEntries(inner(parsed.kvlistValue.values, limits, readPair));
  return parsed.stringValue ?? parsed.boolValue ?? parsed.intValue ?? parsed.doubleValue ?? parsed.bytesValue ?? null;
}

function inner<Value>(
  values: readonly unknown[] | null | undefined,
  limits: Limits,
  read: (value: unknown, limits: Limits) => Value,
): readonly Value[] {
  if (limits.deepest === 0) return [];
  const within = { deepest: limits.deepest - 1, left: limits.left };
  const result: Value[] = [];
  for (const value of values ?? []) {
    if (within.left <= 0) break;
    within.left -= 1;
    result.push(read(value, within));
  }
  limits.left = within.left;
  return result;
}

/** What JSON's numbers cannot hold stays exact as text. */
function exact(text: string): number | string {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}
