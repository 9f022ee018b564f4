import { Reader } from "protobufjs/minimal.js";
import { Problem } from "../../../problem.ts";
import { AttributeSet } from "../attribute-set.ts";
import { BrokenPayload } from "../broken-payload.ts";
import { type Attributes, mostItems, type Sent, TooManyItems } from "../model.ts";
import { readResource } from "./read-attributes.ts";
import { delimited, endOf, readFields, readMessage, tagOf } from "./read-fields.ts";

/** What stands in a request beside what it is about, in every kind of request in the same fields. */
const resourcesTag = tagOf(1, delimited);
const resourceTag = tagOf(1, delimited);
const scopesTag = tagOf(2, delimited);
const scopeTag = tagOf(1, delimited);
const itemsTag = tagOf(2, delimited);

/**
 * Reads a request in protobuf item by item, so that there is never more of it in memory than its bytes and one item.
 * @throws BrokenPayload; TooManyItems
 */
export function* decodeProtobuf<Item>(body: Buffer, readItem: (reader: Reader) => Item): Generator<Sent<Item>> {
  const reader = Reader.create(body);
  // Not of items alone: the least that there can be of anything costs its time, too.
  const room = { left: mostItems };
  try {
    for (const _ of occurrences(reader, body.length, resourcesTag, room)) {
      const end = endOf(reader);
      const resource = resourceOf(reader, end);
      for (const _ of occurrences(reader, end, scopesTag, room)) {
        const scopeEnd = endOf(reader);
        const scope = scopeOf(reader, scopeEnd);
        for (const _ of occurrences(reader, scopeEnd, itemsTag, room))
          yield { resource, scope, item: readItem(reader) };
      }
    }
  } catch (error) {
    if (error instanceof Problem) throw error;
    throw new BrokenPayload("protobuf", error instanceof Error ? error.message : String(error));
  }
}

/** Goes through a message, and stops at each field with a tag: whoever iterates reads what is in it. */
function* occurrences(reader: Reader, end: number, tag: number, room: { left: number }): Generator<undefined> {
  while (reader.pos < end) {
    const found = reader.tag();
    if (found === tag) {
      room.left -= 1;
      if (room.left < 0) throw new TooManyItems();
      yield;
    } else reader.skipType(found & 7, 0, found >>> 3);
  }
  if (reader.pos !== end) throw new RangeError(`a message runs over its end at ${end}`);
}

/** Looks ahead: fields may stand in any order. */
function resourceOf(reader: Reader, end: number): Attributes {
  const start = reader.pos;
  let resource: Attributes = new AttributeSet();
  readFields(reader, end, (tag) => {
    if (tag !== resourceTag) return false;
    resource = readResource(reader);
    return true;
  });
  reader.pos = start;
  return resource;
}

function scopeOf(reader: Reader, end: number): string {
  const start = reader.pos;
  let name = "";
  readFields(reader, end, (tag) => {
    if (tag !== scopeTag) return false;
    readMessage(reader, (inner) => {
      if (inner !== tagOf(1, delimited)) return false;
      name = reader.string();
      return true;
    });
    return true;
  });
  reader.pos = start;
  return name;
}
