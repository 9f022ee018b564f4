import { ArgumentError } from "@platform-mcp/server-kit";
import { expect, test } from "vitest";
import { assigneeOf, assigning, notAssigned } from "./assignee.ts";
import { isPerson, personOf } from "./people.ts";

const id = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const api = { call: async () => ({ id }) as never };

test("an argument names a user by id, by name, or as oneself", async () => {
  expect(await personOf(api, undefined)).toBeUndefined();
  expect(await personOf(api, "me")).toEqual({ id });
  expect(await personOf(api, id.toUpperCase())).toEqual({ id });
  expect(await personOf(api, "ada")).toEqual({ name: "ada" });
});

test("users are told apart by what is known of both", () => {
  expect(isPerson({ id }, { id, name: undefined })).toBe(true);
  expect(isPerson({ name: "ada" }, { id, name: "ada" })).toBe(true);
  expect(isPerson({ name: "ada" }, { id: null, name: undefined })).toBe(false);
  expect(() => isPerson({ name: "ada" }, { id, name: undefined })).toThrow(ArgumentError);
});

test("what assigns, and what is said where it did not", async () => {
  expect(assigning(await assigneeOf(api, "none"))).toEqual({ assignee_id: null });
  expect(assigning(await assigneeOf(api, "me"))).toEqual({ assignee_id: id, assignee: undefined });
  expect(assigning(await assigneeOf(api, "ada"))).toEqual({ assignee_id: undefined, assignee: "ada" });
  expect(assigning(undefined)).toEqual({ assignee_id: undefined, assignee: undefined });
  expect(notAssigned({ name: "ada" }, { assignee_id: id, assignee_name: "ada" })).toEqual([]);
  expect(notAssigned({ name: "ada" }, { assignee_id: null })).toHaveLength(1);
  expect(notAssigned(null, { assignee_id: null })).toEqual([]);
  expect(notAssigned(null, {})).toEqual([]);
  expect(notAssigned(null, { assignee_id: id })).toHaveLength(1);
});
