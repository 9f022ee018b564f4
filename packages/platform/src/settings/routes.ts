import { config } from "@platform-mcp/client/contract";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { listSettings } from "./list-settings.ts";
import { requireSayOverImages } from "./require-say-over-images.ts";
import type { Settings } from "./schema.ts";
import { lockSettings, writeSettings } from "./write-settings.ts";

/** The configuration of the platform that can be changed while it runs. */
export function settingRoutes(defaults: Settings): readonly Route[] {
  return [
    implement(config.getPlatformConfig, async ({ db }) => listSettings(db, defaults)),

    implement(config.updatePlatformConfig, async ({ db, caller, body: { values }, audit }) => {
      const keys = Object.keys(values);
      await requireSayOverImages(db, caller, keys);
      await lockSettings(db);
      const before = await listSettings(db, defaults);
      await writeSettings(db, values, caller.user.id);
      const after = await listSettings(db, defaults);
      for (const { key, value, source } of after.filter(({ key }) => keys.includes(key))) {
        const was = before.find((setting) => setting.key === key);
        audit.record({
          resource: "setting",
          id: key,
          before: { value: was?.value, source: was?.source },
          after: { value, source },
        });
      }
      return after;
    }),
  ];
}
