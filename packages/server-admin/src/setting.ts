import type { config, ResponseOf } from "@platform-mcp/client";
import { named, user } from "@platform-mcp/server-kit";
import * as z from "zod";

export type Setting = ResponseOf<typeof config.getPlatformConfig>[number];

export const settingOutput = {
  key: z.string(),
  value: z.string(),
  default: z.string().nullable(),
  type: z.string(),
  range: z.string().nullable(),
  meaning: z.string().nullable(),
};

/** A value of a setting on one line. */
export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

export function settingRow(setting: Setting) {
  const { key, value, source, type, description } = setting;
  return {
    key,
    value: named(valueText(value)),
    // Said only where it is not the value itself.
    default: source === "set" ? named(valueText(setting.default)) : null,
    type,
    range: rangeOf(setting),
    meaning: user(description),
  };
}

function rangeOf({ minimum, maximum, unit }: Setting): string | null {
  const range = minimum == null && maximum == null ? "" : `${minimum ?? ""}..${maximum ?? ""}`;
  return [range, unit ?? ""].filter((part) => part !== "").join(" ") || null;
}
