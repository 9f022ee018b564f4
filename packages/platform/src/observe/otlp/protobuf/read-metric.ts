import type { Reader } from "protobufjs/minimal.js";
import { AttributeSet } from "../attribute-set.ts";
import { mostItems, type OtlpMetric, type OtlpPoint, TooManyItems } from "../model.ts";
import { readAttribute } from "./read-attributes.ts";
import {
  delimited,
  fixed64,
  readFixed64,
  readMessage,
  readNumbers,
  readSignedFixed64,
  readTime,
  tagOf,
  varint,
} from "./read-fields.ts";

/** The fields of `Metric` that hold its points, which all have these in their first field. */
const kinds = new Map<number, OtlpMetric["kind"]>([
  [tagOf(5, delimited), "gauge"],
  [tagOf(7, delimited), "sum"],
  [tagOf(9, delimited), "histogram"],
  [tagOf(10, delimited), "exponential histogram"],
  [tagOf(11, delimited), "summary"],
]);

/** A `Metric`. */
export function readMetric(reader: Reader): OtlpMetric {
  const metric = { name: "", unit: "", kind: undefined as OtlpMetric["kind"] };
  let data = { points: [] as readonly OtlpPoint[], temporality: 0, isMonotonic: false };
  readMessage(reader, (tag) => {
    const kind = kinds.get(tag);
    if (kind !== undefined) {
      metric.kind = kind;
      data = readData(reader, kind);
    } else if (tag === tagOf(1, delimited)) metric.name = reader.string();
    else if (tag === tagOf(3, delimited)) metric.unit = reader.string();
    else return false;
    return true;
  });
  return { ...metric, ...data };
}

function readData(reader: Reader, kind: OtlpMetric["kind"]) {
  const data = { points: [] as OtlpPoint[], temporality: 0, isMonotonic: false };
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, delimited)) {
      if (data.points.length === mostItems) throw new TooManyItems();
      data.points.push(readPoint(reader, kind));
    } else if (tag === tagOf(2, varint)) data.temporality = reader.int32();
    else if (tag === tagOf(3, varint)) data.isMonotonic = reader.bool();
    else return false;
    return true;
  });
  return data;
}

function readPoint(reader: Reader, kind: OtlpMetric["kind"]): OtlpPoint {
  if (kind === "gauge" || kind === "sum") return readNumberPoint(reader);
  if (kind === "histogram") return readHistogramPoint(reader);
  // How many there are is all that is said of them.
  readMessage(reader, () => false);
  return { ...noPoint, attributes: new AttributeSet() };
}

const noPoint = { time: 0, flags: 0, value: undefined, count: 0, bounds: [], buckets: [] };

function readNumberPoint(reader: Reader): OtlpPoint {
  const attributes = new AttributeSet();
  const point = { time: 0, flags: 0 };
  let value: number | undefined;
  readMessage(reader, (tag) => {
    if (tag === tagOf(3, fixed64)) point.time = readTime(reader);
    else if (tag === tagOf(4, fixed64)) value = reader.double();
    else if (tag === tagOf(6, fixed64)) value = readSignedFixed64(reader);
    else if (tag === tagOf(7, delimited)) readAttribute(reader, attributes);
    else if (tag === tagOf(8, varint)) point.flags = reader.uint32();
    else return false;
    return true;
  });
  return { ...noPoint, ...point, value, attributes };
}

function readHistogramPoint(reader: Reader): OtlpPoint {
  const attributes = new AttributeSet();
  const point = { time: 0, flags: 0, count: 0 };
  const bounds: number[] = [];
  const buckets: number[] = [];
  let value: number | undefined;
  readMessage(reader, (tag) => {
    if (tag === tagOf(3, fixed64)) point.time = readTime(reader);
    else if (tag === tagOf(4, fixed64)) point.count = readFixed64(reader);
    else if (tag === tagOf(5, fixed64)) value = reader.double();
    else if (tag >>> 3 === 6) readNumbers(reader, tag, buckets, () => readFixed64(reader));
    else if (tag >>> 3 === 7) readNumbers(reader, tag, bounds, () => reader.double());
    else if (tag === tagOf(9, delimited)) readAttribute(reader, attributes);
    else if (tag === tagOf(10, varint)) point.flags = reader.uint32();
    else return false;
    return true;
  });
  return { ...point, value, bounds, buckets, attributes };
}
