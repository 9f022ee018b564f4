import type { Reader } from "protobufjs/minimal.js";
import { AttributeSet } from "../attribute-set.ts";
import { delimited, endOf, fixed64, readMessage, tagOf, varint } from "./read-fields.ts";

/** Lists in lists, and how many values there may be in one: what is beyond is left out. */
const deepest = 8;
const mostValues = 1000;

/** Adds a `KeyValue`. */
export function readAttribute(reader: Reader, into: AttributeSet): void {
  if (!into.hasRoom) {
    reader.pos = endOf(reader);
    into.cut += 1;
    return;
  }
  const { name, value } = readKeyValue(reader, { deepest, left: mostValues });
  into.add(name, value);
}

/** The attributes of a `Resource`. */
export function readResource(reader: Reader): AttributeSet {
  const attributes = new AttributeSet();
  readMessage(reader, (tag) => {
    if (tag !== tagOf(1, delimited)) return false;
    readAttribute(reader, attributes);
    return true;
  });
  return attributes;
}

/** An `AnyValue` as JSON holds it; null when it holds nothing. */
export function readAnyValue(reader: Reader): unknown {
  return readValue(reader, { deepest, left: mostValues });
}

interface Limits {
  readonly deepest: number;
  left: number;
}

function readKeyValue(reader: Reader, limits: Limits) {
  const pair: { name: string; value: unknown } = { name: "", value: null };
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, delimited)) pair.name = reader.string();
    else if (tag === tagOf(2, delimited)) pair.value = readValue(reader, limits);
    else return false;
    return true;
  });
  return pair;
}

function readValue(reader: Reader, limits: Limits): unknown {
  let value: unknown = null;
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, delimited)) value = reader.string();
    else if (tag === tagOf(2, varint)) value = reader.bool();
    else if (tag === tagOf(3, varint)) value = readInteger(reader);
    else if (tag === tagOf(4, fixed64)) value = finite(reader.double());
    else if (tag === tagOf(5, delimited)) value = readList(reader, limits);
    else if (tag === tagOf(6, delimited)) value = readMap(reader, limits);
    else if (tag === tagOf(7, delimited)) value = Buffer.from(reader.bytes()).toString("base64");
    else return false;
    return true;
  });
  return value;
}

function readList(reader: Reader, limits: Limits): readonly unknown[] {
  const values: unknown[] = [];
  readInner(reader, limits, (inner) => values.push(readValue(reader, inner)));
  return values;
}

function readMap(reader: Reader, limits: Limits): Readonly<Record<string, unknown>> {
  const pairs: [string, unknown][] = [];
  readInner(reader, limits, (inner) => {
    const { name, value } = readKeyValue(reader, inner);
    pairs.push([name, value]);
  });
  return Object.fromEntries(pairs);
}

function readInner(reader: Reader, limits: Limits, readOne: (inner: Limits) => void): void {
  const inner = { deepest: limits.deepest - 1, left: limits.left };
  readMessage(reader, (tag) => {
    if (tag !== tagOf(1, delimited) || inner.deepest < 0 || inner.left <= 0) return false;
    inner.left -= 1;
    readOne(inner);
    return true;
  });
  limits.left = inner.left;
}

/** What JSON's numbers cannot hold stays exact as text. */
function readInteger(reader: Reader): number | string {
  const text = reader.int64().toString();
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

function finite(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}
