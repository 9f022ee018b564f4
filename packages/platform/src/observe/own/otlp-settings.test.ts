import { createSecretKey } from "node:crypto";
import { expect, test } from "vitest";
import { readIngestKey } from "../ingest-key.ts";
import { withIngestKeys } from "./hidden-keys.ts";
import { otlpSettings } from "./otlp-settings.ts";

const masterKey = createSecretKey(Buffer.alloc(32, 7));
const options = { masterKey, platformUrl: "http://127.0.0.1:8080" };
const source = {
  projectId: "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11",
  kind: "step",
  sourceId: "0d9ac6c3-7d3c-4f47-9d40-0b9b2bb0f9a1",
} as const;
const program = {
  ...{ ...source, service: "step unit tests", attributes: { "platform.step": "unit, tests=1" } },
  traceparent: "00-a-b-01",
};

test("a program gets where to send its telemetry, what lets it in, and what it is a part of", () => {
  const settings = otlpSettings(options, program, new Set());
  expect(settings.environment).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:8080",
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    OTEL_RESOURCE_ATTRIBUTES: "platform.step=unit%2C%20tests%3D1",
    OTEL_SERVICE_NAME: "step unit tests",
    TRACEPARENT: "00-a-b-01",
  });
  const [, key = "", ...more] = withIngestKeys(Object.values(settings.secrets));
  expect(more).toEqual([]);
  expect(settings.secrets).toEqual({ OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer%20${key}` });
  expect(readIngestKey(masterKey, key)).toEqual(source);
});

test("what is set already counts, and the platform's key goes nowhere else", () => {
  const taken = new Set(["OTEL_SERVICE_NAME", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]);
  expect(otlpSettings(options, program, taken)).toEqual({
    environment: { OTEL_RESOURCE_ATTRIBUTES: expect.any(String), TRACEPARENT: "00-a-b-01" },
    secrets: {},
  });
});

test("without a master key there is no key, and nowhere to send to", () => {
  const settings = otlpSettings({ ...options, masterKey: { missing: "lost" } }, program, new Set());
  expect(settings.environment).not.toHaveProperty("OTEL_EXPORTER_OTLP_ENDPOINT");
  expect(settings.secrets).toEqual({});
});
