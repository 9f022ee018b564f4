import type { Reader } from "protobufjs/minimal.js";
import { AttributeSet } from "../attribute-set.ts";
import type { OtlpLog } from "../model.ts";
import { readAnyValue, readAttribute } from "./read-attributes.ts";
import { delimited, fixed64, readHex, readMessage, readTime, tagOf, varint } from "./read-fields.ts";

/** A `LogRecord`. */
export function readLog(reader: Reader): OtlpLog {
  const attributes = new AttributeSet();
  const ids = { traceId: "", spanId: "" };
  const log = { time: 0, observedTime: 0, severityNumber: 0, severityText: "", eventName: "" };
  let body: unknown;
  readMessage(reader, (tag) => {
    if (tag === tagOf(1, fixed64)) log.time = readTime(reader);
    else if (tag === tagOf(2, varint)) log.severityNumber = reader.int32();
    else if (tag === tagOf(3, delimited)) log.severityText = reader.string();
    else if (tag === tagOf(5, delimited)) body = readAnyValue(reader);
    else if (tag === tagOf(6, delimited)) readAttribute(reader, attributes);
    else if (tag === tagOf(9, delimited)) ids.traceId = readHex(reader);
    else if (tag === tagOf(10, delimited)) ids.spanId = readHex(reader);
    else if (tag === tagOf(11, fixed64)) log.observedTime = readTime(reader);
    else if (tag === tagOf(12, delimited)) log.eventName = reader.string();
    else return false;
    return true;
  });
  return { ...log, ...ids, body, attributes };
}
