import { expect, onTestFinished, test } from "vitest";
import type { LogRecord } from "../records.ts";
import { CollectingWriter } from "../testing/collecting-writer.ts";
import { countLogs } from "./count-logs.ts";

function counting() {
  const collected = new CollectingWriter();
  const clock = { now: 1_000_000 };
  const writer = countLogs(
    { write: (all) => collected.write(all), offer: (all) => collected.offer(all), close: async () => {} },
    () => clock.now,
  );
  onTestFinished(() => writer.close());
  const told = () =>
    collected.points.splice(0).map(({ projectId, labels, value }) => `${projectId} ${JSON.stringify(labels)} ${value}`);
  return { writer, clock, told };
}

const log = (projectId: string | null, level: LogRecord["level"], service = "web"): LogRecord => ({
  ...{ projectId, sessionId: null, time: 1, level, service, message: "", traceId: null, spanId: null },
  attributes: null,
});

test("logs are counted by project, service and level, however they come", async () => {
  const { writer, told } = counting();
  await writer.write({ logs: [log("one", "info"), log("one", "info"), log("two", "error")] });
  writer.offer({ logs: [log("one", "info"), log(null, "warn", "platform")] });
  writer.tell();
  expect(told()).toEqual([
    'one {"service":"web","level":"error"} 0',
    'one {"service":"web","level":"info"} 3',
    'two {"service":"web","level":"error"} 1',
    'null {"service":"platform","level":"error"} 0',
    'null {"service":"platform","level":"warn"} 1',
  ]);
});

test("a service that logs no errors any more is told of for an hour", () => {
  const { writer, clock, told } = counting();
  writer.offer({ logs: [log("one", "error")] });
  writer.tell();
  expect(told()).toEqual(['one {"service":"web","level":"error"} 1']);
  clock.now += 3_600_000;
  writer.tell();
  expect(told()).toEqual(['one {"service":"web","level":"error"} 0']);
  clock.now += 15_000;
  writer.tell();
  writer.tell();
  expect(told()).toEqual(['one {"service":"web","level":"error"} 0']);
});

test("names that others choose cannot make up series without end, nor take the place of other projects'", () => {
  const { writer, told } = counting();
  for (let number = 0; number < 200; number++) writer.offer({ logs: [log("one", "error", `service ${number}`)] });
  writer.offer({ logs: [log("two", "error")] });
  writer.tell();
  const all = told();
  expect(all).toHaveLength(100 + 1);
  expect(all).toContain('two {"service":"web","level":"error"} 1');
});

test("a service takes the place of one that is forgotten", () => {
  const { writer, clock, told } = counting();
  for (let number = 0; number < 100; number++) writer.offer({ logs: [log("one", "info", `service ${number}`)] });
  clock.now += 3_600_001;
  writer.tell();
  told();
  writer.offer({ logs: [log("one", "error", "later")] });
  writer.tell();
  expect(told()).toEqual(['one {"service":"later","level":"error"} 1']);
});
