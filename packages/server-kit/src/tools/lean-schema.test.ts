import { expect, test } from "vitest";
import * as z from "zod";
import { leanSchema, outputSchema } from "./lean-schema.ts";

const shape = {
  name: z.string().min(1).max(100).regex(/^x/).describe("Its name"),
  limit: z.int().min(1).default(30),
  count: z.int().optional(),
  status: z.enum(["open", "closed"]).optional(),
  due: z.string().nullable().optional(),
  labels: z.array(z.string().max(50)).optional(),
  nested: z.object({ pattern: z.string().max(3), enum: z.int() }).optional(),
  values: z.record(z.string(), z.string()).optional(),
};

test("arguments cost what a model needs to know, and nothing else", () => {
  expect(leanSchema(shape)).toEqual({
    type: "object",
    properties: {
      name: { type: "string", description: "Its name" },
      limit: { type: "integer", minimum: 1, default: 30 },
      count: { type: "integer" },
      status: { enum: ["open", "closed"] },
      due: { type: ["string", "null"] },
      labels: { type: "array", items: { type: "string" } },
      nested: {
        type: "object",
        properties: { pattern: { type: "string" }, enum: { type: "integer" } },
        required: ["pattern", "enum"],
      },
      values: { type: "object" },
    },
    required: ["name"],
  });
});

test("no arguments are an empty object", () => {
  expect(leanSchema({})).toEqual({ type: "object", properties: {} });
});

test("a result's schema requires nothing: what the platform did not send is absent", () => {
  const schema = outputSchema({
    items: z.array(z.object({ id: z.int(), name: z.string().nullable() })),
    total: z.int(),
  });
  expect(schema).toEqual({
    type: "object",
    properties: {
      items: {
        type: "array",
        items: {
          type: "object",
          properties: { id: { type: "integer" }, name: { type: ["string", "null"] } },
        },
      },
      total: { type: "integer" },
      left_out: { type: "array", items: { type: "string" } },
      note: { type: "string" },
    },
  });
});
