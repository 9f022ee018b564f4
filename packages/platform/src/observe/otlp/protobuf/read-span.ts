import type { Reader } from "protobufjs/minimal.js";
import { AttributeSet } from "../attribute-set.ts";
import { mostEvents, type OtlpEvent, type OtlpSpan } from "../model.ts";
import { readAttribute } from "./read-attributes.ts";
import { delimited, endOf, fixed64, readHex, readMessage, readTime, tagOf, varint } from "./read-fields.ts";

/** A `Span`, without its links. */
export function readSpan(reader: Reader): OtlpSpan {
  const attributes = new AttributeSet();
  const events: OtlpEvent[] = [];
  const span = { traceId: "", spanId: "", parentSpanId: "", name: "", kind: 0, start: 0, end: 0, droppedEvents: 0 };
  const status = { statusCode: 0, statusMessage: "" };
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, delimited)) span.traceId = readHex(reader);
    else if (tag === tagOf(2, delimited)) span.spanId = readHex(reader);
    else if (tag === tagOf(4, delimited)) span.parentSpanId = readHex(reader);
    else if (tag === tagOf(5, delimited)) span.name = reader.string();
    else if (tag === tagOf(6, varint)) span.kind = reader.int32();
    else if (tag === tagOf(7, fixed64)) span.start = readTime(reader);
    else if (tag === tagOf(8, fixed64)) span.end = readTime(reader);
    else if (tag === tagOf(9, delimited)) readAttribute(reader, attributes);
    else if (tag === tagOf(11, delimited)) {
      if (events.length < mostEvents) events.push(readEvent(reader));
      else {
        reader.pos = endOf(reader);
        span.droppedEvents += 1;
      }
    } else if (tag === tagOf(12, varint)) span.droppedEvents += reader.uint32();
    else if (tag === tagOf(15, delimited)) Object.assign(status, readStatus(reader));
    else return false;
    return true;
  });
  return { ...span, ...status, attributes, events };
}

function readEvent(reader: Reader): OtlpEvent {
  const attributes = new AttributeSet();
  const event = { time: 0, name: "" };
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, fixed64)) event.time = readTime(reader);
    else if (tag === tagOf(2, delimited)) event.name = reader.string();
    else if (tag === tagOf(3, delimited)) readAttribute(reader, attributes);
    else return false;
    return true;
  });
  return { ...event, attributes };
}

function readStatus(reader: Reader) {
  const status = { statusCode: 0, statusMessage: "" };
  readMessage(reader, (tag) => {
    if (tag === tagOf(2, delimited)) status.statusMessage = reader.string();
    else if (tag === tagOf(3, varint)) status.statusCode = reader.int32();
    else return false;
    return true;
  });
  return status;
}
