import { defaultSettings } from "../default-settings.ts";

/** What counts where a test has set nothing. */
export const testSettings = defaultSettings({ agentImage: "test-agent:1", previewTtlHours: 24, maxPreviews: 10 });
