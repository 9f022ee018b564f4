/** What the platform's log says when telemetry could not be stored: the one line that must not become telemetry itself. */
export const notStored = "telemetry could not be stored";
