import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlertTerms, type KnownAlert, type NextAlert, nextAlertState, type Reading } from "./next-alert-state.ts";

const now = 1_000_000_000;
const s = 1000;
const above5: AlertTerms = { condition: "gt", threshold: 5, for_seconds: 60 };
const absent: AlertTerms = { condition: "absent", threshold: null, for_seconds: 60 };

const value = (of: number): Reading => ({ kind: "value", value: of });
const high = value(6);
const low = value(4);
const nothing: Reading = { kind: "nothing" };
const unknown: Reading = { kind: "unknown" };

/** Evaluated half a minute ago, and in its state for some time. */
function known(state: KnownAlert["state"], seconds: number, more: Partial<KnownAlert> = {}): KnownAlert {
  return { state, since: now - seconds * s, noDataSince: null, lastEvaluatedAt: now - 30 * s, ...more };
}
const noDataFor = (seconds: number) => ({ noDataSince: now - seconds * s });
const evaluated = (seconds: number) => ({ lastEvaluatedAt: now - seconds * s });
const isNew = known("ok", 0, { lastEvaluatedAt: null });

type Case = readonly [name: string, known: KnownAlert, terms: AlertTerms, reading: Reading, next: Partial<NextAlert>];

const fires = { state: "firing", since: now, event: "firing" } as const;
const resolved = { state: "ok", since: now, event: "resolved" } as const;
const begins = { state: "pending", since: now, event: null } as const;
const stays = (of: KnownAlert) => ({ state: of.state, since: of.since, event: null });

const cases: readonly Case[] = [
  ["new, and all is well", isNew, above5, low, stays(isNew)],
  ["new, and it holds: never at once", isNew, above5, high, begins],
  ["all is still well", known("ok", 900), above5, low, stays(known("ok", 900))],
  ["it begins to hold", known("ok", 900), above5, high, begins],
  ["it holds, not for long enough", known("pending", 59), above5, high, stays(known("pending", 59))],
  ["it has held for long enough", known("pending", 60), above5, high, fires],
  [
    "it clears before that: it begins anew",
    known("pending", 59),
    above5,
    low,
    { state: "ok", since: now, event: null },
  ],
  ["it clears when it would have fired", known("pending", 60), above5, low, { state: "ok", since: now, event: null }],
  ["it goes on: nobody is told twice", known("firing", 900), above5, high, stays(known("firing", 900))],
  ["it is over", known("firing", 900), above5, low, resolved],
  ["it is over as soon as it has fired", known("firing", 0), above5, low, resolved],

  ["exactly the threshold is not above it", known("firing", 900), above5, value(5), resolved],
  ["nor below it", known("firing", 900), { ...above5, condition: "lt" }, value(5), resolved],
  ["below", known("pending", 60), { ...above5, condition: "lt" }, value(4.9), fires],
  ["equal", known("pending", 60), { ...above5, condition: "eq" }, value(5), fires],
  ["not equal", known("firing", 60), { ...above5, condition: "eq" }, value(5.1), resolved],
  ["zero is a value", known("firing", 60), above5, value(0), resolved],

  ["no data, from now on", known("ok", 900), above5, nothing, { ...stays(known("ok", 900)), noDataSince: now }],
  [
    "no data, not for long enough",
    known("ok", 900, noDataFor(59)),
    above5,
    nothing,
    { ...stays(known("ok", 900)), noDataSince: now - 59 * s },
  ],
  [
    "no data for long enough",
    known("ok", 900, noDataFor(60)),
    above5,
    nothing,
    { state: "no_data", since: now, event: null, noDataSince: now - 60 * s },
  ],
  ["still no data", known("no_data", 900, noDataFor(960)), above5, nothing, stays(known("no_data", 900))],
  ["data again, and all is well", known("no_data", 900, noDataFor(960)), above5, low, { state: "ok", since: now }],
  ["data again, and it holds", known("no_data", 900, noDataFor(960)), above5, high, begins],
  [
    "it holds, and then there is no data",
    known("pending", 59),
    above5,
    nothing,
    { ...stays(known("pending", 59)), noDataSince: now },
  ],
  ["nothing is no proof that it holds", known("pending", 90), above5, nothing, stays(known("pending", 90))],
  ["it holds again after a short gap", known("pending", 60, noDataFor(59)), above5, high, fires],
  ["it holds again after a long gap", known("pending", 120, noDataFor(60)), above5, high, begins],
  [
    "it held, and there is no data for long enough",
    known("pending", 90, noDataFor(60)),
    above5,
    nothing,
    { state: "no_data", since: now, event: null },
  ],
  [
    "what fires goes on without data",
    known("firing", 9000, noDataFor(8000)),
    above5,
    nothing,
    { ...stays(known("firing", 9000)), noDataSince: now - 8000 * s },
  ],
  [
    "what fires goes on when data is back",
    known("firing", 900, noDataFor(800)),
    above5,
    high,
    stays(known("firing", 900)),
  ],
  ["what fires is over when data is back", known("firing", 900, noDataFor(800)), above5, low, resolved],
  ["data that is back leaves no trace of the gap", known("ok", 900, noDataFor(59)), above5, low, { noDataSince: null }],
  [
    "a rule without its threshold has nothing to judge by",
    known("firing", 9),
    { ...above5, threshold: null },
    high,
    stays(known("firing", 9)),
  ],

  ["absent: nothing is there", known("ok", 900), absent, nothing, begins],
  ["absent for long enough", known("pending", 60), absent, nothing, fires],
  ["absent no more", known("firing", 60), absent, value(0), resolved],
  ["absent, and then it cannot be known", known("pending", 90), absent, unknown, stays(known("pending", 90))],
  [
    "what is absent and then unknown fires on",
    known("firing", 90, noDataFor(80)),
    absent,
    unknown,
    stays(known("firing", 90)),
  ],
  [
    "absence that is unknown is no absence",
    known("ok", 900, noDataFor(60)),
    absent,
    unknown,
    { state: "no_data", event: null },
  ],

  [
    "what cannot be known for a moment changes nothing",
    known("pending", 60),
    above5,
    unknown,
    stays(known("pending", 60)),
  ],
  ["nor ends what fires", known("firing", 900), above5, unknown, stays(known("firing", 900))],

  [
    "nobody looked for a while, such as over a restart: it goes on",
    known("pending", 130, evaluated(119)),
    above5,
    high,
    fires,
  ],
  ["nobody looked for long: it begins anew", known("pending", 130, evaluated(120)), above5, high, begins],
  [
    "nobody looked for long, and it still fires: nobody is told twice",
    known("firing", 9000, evaluated(8000)),
    above5,
    high,
    stays(known("firing", 9000)),
  ],
  ["nobody looked for long, and it is over", known("firing", 9000, evaluated(8000)), above5, low, resolved],
];

test.each(cases)("%s", (_, before, terms, reading, next) => {
  expect(nextAlertState(before, terms, reading, now)).toMatchObject(next);
});

describe("whatever comes", () => {
  const reading = fc.oneof(
    fc.constantFrom(high, low, nothing, unknown),
    fc.double({ noNaN: true }).map((of) => value(of)),
  );
  const step = fc.record({ reading, pause: fc.integer({ min: 1, max: 200 }) });
  const terms = fc.record({
    condition: fc.constantFrom("gt", "lt", "eq", "absent"),
    threshold: fc.constant(5),
    for_seconds: fc.integer({ min: 10, max: 300 }),
  });

  test("firing and resolved alternate, and it fires only after it was pending for long enough", () => {
    fc.assert(
      fc.property(terms, fc.array(step, { maxLength: 60 }), (asked, steps) => {
        let before = isNew;
        let time = now;
        let isFiring = false;
        for (const each of steps) {
          time += each.pause * s;
          const next = nextAlertState(before, asked, each.reading, time);
          if (next.event === "firing") {
            expect(isFiring).toBe(false);
            expect(before.state).toBe("pending");
            expect(time - before.since).toBeGreaterThanOrEqual(asked.for_seconds * s);
          }
          if (next.event === "resolved") {
            expect(isFiring).toBe(true);
            expect(each.reading.kind).toBe("value");
          }
          isFiring = next.state === "firing";
          expect(isFiring).toBe(next.event === "firing" || (before.state === "firing" && next.event === null));
          if (next.state !== before.state) expect(next.since).toBe(time);
          before = { ...next, lastEvaluatedAt: time };
        }
      }),
      { numRuns: 300 },
    );
  });
});
