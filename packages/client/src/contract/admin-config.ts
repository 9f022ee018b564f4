import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { timestamp, uuid } from "./values.ts";

/** One setting of the platform, with what may be set. */
export const platformSetting = z.object({
  key: z.string(),
  value: z.unknown(),
  /** What counts when nothing is set: by the environment of the platform's process, or its own. */
  default: z.unknown(),
  /** `set`: by somebody; `default`: not. */
  source: z.enum(["set", "default"]),
  type: z.enum(["string", "integer", "boolean", "string_list"]),
  description: z.string(),
  /** Of an integer. */
  minimum: z.int().nullish(),
  maximum: z.int().nullish(),
  unit: z.string().nullish(),
  updated_at: timestamp.nullable(),
  updated_by: uuid.nullable(),
});
export type PlatformSetting = z.output<typeof platformSetting>;

export const getPlatformConfig = endpoint({
  method: "GET",
  path: "/api/admin/config",
  summary: "List the settings of the platform, with their values and what may be set",
  permission: "admin:config",
  response: z.array(platformSetting),
});

export const updatePlatformConfig = endpoint({
  method: "PATCH",
  path: "/api/admin/config",
  summary: "Set settings of the platform, all of them or none; null sets one back to its default",
  permission: "admin:config",
  body: z.object({
    /** By key. What is unknown or cannot be is refused, with what may be. */
    values: z.record(z.string().max(100), z.unknown()),
  }),
  response: z.array(platformSetting),
});
