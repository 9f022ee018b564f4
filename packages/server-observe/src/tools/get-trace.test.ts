import { describe, expect, test } from "vitest";
import { idOf, spanId, spanOf, standInPlatform, traceId, traceOf } from "../testing/stand-in-platform.ts";

/** A shop's checkout: it looks up a cart with many queries, then pays, which fails after a second. */
const checkout = [
  spanOf(1, [0, 1240], { name: "POST /checkout", kind: "server", status: "error", status_message: "payment failed" }),
  spanOf(2, [2, 14], { name: "auth.check", parent_span_id: spanId(1), status: "ok" }),
  spanOf(3, [15, 90], { name: "load cart", parent_span_id: spanId(1) }),
  ...Array.from({ length: 12 }, (_, at) =>
    spanOf(100 + at, [16 + at * 6, 21 + at * 6 + at / 10], {
      name: "SELECT cart_items",
      service: "db",
      kind: "client",
      parent_span_id: spanId(3),
    }),
  ),
  spanOf(4, [91, 1235], { name: "POST /pay", kind: "client", parent_span_id: spanId(1), status: "error" }),
  spanOf(5, [120, 1220.25], {
    name: "connect",
    service: "pay",
    parent_span_id: spanId(4),
    status: "error",
    status_message: "connection refused",
    attributes: { "net.peer.name": "bank.internal", "process.pid": 17, "host.name": "pay-1" },
    events: [
      {
        time: "2026-11-23T07:15:42.219Z",
        name: "exception",
        attributes: {
          "exception.type": "ConnectionError",
          "exception.message": "refused",
          "exception.stacktrace": "ConnectionError: refused\n    at connect (net.js:1:2)",
        },
      },
    ],
  }),
  spanOf(6, [1236, 1239], { name: "audit.write", parent_span_id: spanId(1) }),
];

const show = async (trace: object, args: object = {}, options: object = {}) => {
  await using platform = await standInPlatform({
    routes: { [`GET /api/observe/traces/${traceId}`]: trace },
    ...options,
  });
  const { text } = await platform.call("get_trace", { trace_id: traceId, ...args });
  return text.replaceAll(/(?<=untrusted )\w+/g, "mark");
};

describe("get_trace", () => {
  test("tells what failed and where the time went", async () => {
    expect(await show(traceOf(checkout))).toMatchInlineSnapshot(`
      "trace_id: 4bf92f3577b34da6a3ce929d0e0e4736
      root: "POST /checkout"
      service: web
      status: error
      duration_ms: 1240
      started_at: 2026-11-23T07:15:41Z
      spans_total: 18
      errors_total: 3
      services: web, db, pay
      errors 1, the first to begin first:
      <untrusted mark>
      connect pay #5000
        connection refused
        ConnectionError: refused
            at connect (net.js:1:2)
        {"net.peer.name":"bank.internal"}
      </untrusted mark>
      spans 18: name [service] duration +start *own ms of the critical path #span_id. Nx: N alike, durations summed, id of the slowest; offset=0 lists each
      "POST /checkout" [web] 1240ms +0ms *6ms ERROR #1000
        auth.check 12ms +2ms *12ms #2000
        "load cart" 75ms +15ms *8.4ms #3000
          12x "SELECT cart_items" [db] 66.6ms max 6.1ms +16ms *66.6ms #1110
        "POST /pay" 1144ms +91ms *43.8ms ERROR #4000
          connect [pay] 1100ms +120ms *1100ms ERROR #5000
        audit.write 3ms +1236ms *3ms #6000
      What was logged in it: search_logs with trace_id=4bf92f3577b34da6a3ce929d0e0e4736."
    `);
  });

  test("of one span shows all there is, and what is below it", async () => {
    expect(await show(traceOf(checkout), { span_id: "5000" })).toMatchInlineSnapshot(`
      "span: connect
      service: pay
      kind: internal
      status: error
      duration_ms: 1100
      at_ms: 120
      span_id: 5000aaaaaaaaaaaa
      parent_span_id: 4000aaaaaaaaaaaa
      <untrusted mark>
      message: connection refused
      attributes:
        net.peer.name: bank.internal
        process.pid: 17
        host.name: pay-1
      event +1099ms: exception
        exception.type: ConnectionError
        exception.message: refused
        exception.stacktrace: ConnectionError: refused
              at connect (net.js:1:2)
      </untrusted mark>"
    `);
    expect(await show(traceOf(checkout), { span_id: "#3000" })).toMatchInlineSnapshot(`
      "span: "load cart"
      service: web
      kind: internal
      status: unset
      duration_ms: 75
      at_ms: 15
      span_id: 3000aaaaaaaaaaaa
      parent_span_id: 1000aaaaaaaaaaaa
      spans 13: name [service] duration +start *own ms of the critical path #span_id. Nx: N alike, durations summed, id of the slowest; offset=0 lists each
      "load cart" 75ms +15ms *8.4ms #3000
        12x "SELECT cart_items" [db] 66.6ms max 6.1ms +16ms *66.6ms #1110"
    `);
  });

  test("lists every span in the order of the tree", async () => {
    expect(await show(traceOf(checkout), { offset: 13 })).toMatchInlineSnapshot(`
      "spans 14-18 of 18: depth span service ms at_ms critical_ms status span_id
      2 "SELECT cart_items" db 6 76 6 unset 0110aaaaaaaaaaaa
      2 "SELECT cart_items" db 6.1 82 6.1 unset 1110aaaaaaaaaaaa
      1 "POST /pay" web 1144 91 43.8 error 4000aaaaaaaaaaaa
      2 connect pay 1100 120 1100 error 5000aaaaaaaaaaaa
      1 audit.write web 3 1236 3 unset 6000aaaaaaaaaaaa"
    `);
  });

  test("shows a server that is bound to a project nothing of another", async () => {
    const other = { project_id: idOf(77) };
    const [first, ...rest] = checkout;
    const mixed = traceOf([...(first === undefined ? [] : [{ ...first, ...other }]), ...rest], other);
    const text = await show(mixed);
    expect(text).not.toContain('/checkout" [web]');
    expect(text).toContain("1 spans of other projects are not shown. The parents of 4 spans are not here:");
    const foreign = traceOf(
      checkout.map((span) => ({ ...span, ...other })),
      other,
    );
    expect(await show(foreign)).toBe(
      "get_trace was not called: the trace has nothing of this project; list_traces shows those there are.",
    );
    expect(await show(foreign, {}, { options: { crossProject: true } })).toContain("spans 18");
  });

  test("says what is missing", async () => {
    expect(await show(traceOf([]))).toContain("None of its spans are there: they may be too old to be kept");
    expect(await show(traceOf(checkout, { truncated: true }))).toContain("The platform gives only the first 18 spans;");
    expect(await show(traceOf(checkout), { span_id: "77" })).toContain(
      'no span of the trace begins with "77"; get_trace without span_id shows those there are.',
    );
  });
});
