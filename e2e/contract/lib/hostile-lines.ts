import { seededRandom } from "../../lib/seeded-random.ts";

const methods = [
  "tools/call",
  "tools/list",
  "initialize",
  "server/discover",
  "ping",
  "no/such",
  "",
  "__proto__",
  "notifications/cancelled",
  "subscriptions/listen",
  "completion/complete",
];
const names = [
  "read_file",
  "get_project",
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "",
  "\0",
  "\ud800",
  "x".repeat(10_000),
];
const values: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5e308,
  "",
  "\u202e\0\ud800",
  [],
  {},
  [[[]]],
  "x".repeat(5_000),
];
const prototypeKeys =
  '{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"hasOwnProperty":1,"toString":null}';

/** Lines that no healthy host sends, always the same ones for a seed. None of them is a request that could be carried out. */
export function hostileLines(seed: number, count: number): string[] {
  const random = seededRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] ?? pick(items);
  const value = (depth = 0): unknown => {
    if (depth > 3 || random() < 0.6) return pick(values);
    return random() < 0.5
      ? [value(depth + 1)]
      : { [pick([...names, "path", "project_id", "_meta"])]: value(depth + 1) };
  };
  const message = (at: number): unknown => ({
    jsonrpc: pick(["2.0", "2.0", "2.0", "1.0", 2, undefined]),
    // Apart from the numbers that a well-behaved client counts up.
    id: pick([`h${at}`, -at - 1, null, undefined, {}, 1.5, [], true]),
    method: pick([...methods, 5, null, {}]),
    params: pick([
      value(),
      { name: pick(names), arguments: value(), _meta: value() },
      JSON.parse(prototypeKeys),
      undefined,
    ]),
  });
  const kinds: readonly ((at: number) => string)[] = [
    (at) => JSON.stringify(message(at)),
    (at) => JSON.stringify(message(at)).slice(0, Math.floor(random() * 60)),
    (at) => JSON.stringify([message(at), message(at)]),
    () => JSON.stringify(value()),
    (at) =>
      `{"jsonrpc":"2.0","id":"p${at}","method":"tools/call","params":{"name":"get_project","arguments":${prototypeKeys}}}`,
    (at) => `{"jsonrpc":"2.0","id":"d${at}","method":"tools/list","params":${"[".repeat(5_000)}${"]".repeat(5_000)}}`,
    (at) =>
      `{"jsonrpc":"2.0","id":"n${at}","method":"ping","params":{"a":${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}}}`,
    (at) => `{"jsonrpc":"2.0","id":"r${at}","result":{}}`,
    (at) => `{"jsonrpc":"2.0","id":${at},"error":{"code":"x"}}`,
    () => '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{"__proto__":1}}}',
    () => "",
    () => " \t \r",
    () => "\0\0\0\ufffd\ufeff{}",
    () => "Content-Length: 17\r",
    () => String.fromCharCode(...Array.from({ length: 40 }, () => 32 + Math.floor(random() * 0xd000))),
  ];
  return Array.from({ length: count }, (_, at) => pick(kinds)(at).replaceAll("\n", " "));
}
