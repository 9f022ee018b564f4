import { type OwnTelemetry, ownTelemetry } from "../own/own-telemetry.ts";
import { CollectingWriter } from "./collecting-writer.ts";

/** The platform's own telemetry, kept by a writer of the test; without a master key, so that nobody gets a key. */
export function fakeOwnTelemetry(writer: CollectingWriter = new CollectingWriter()): OwnTelemetry {
  return ownTelemetry({ writer, masterKey: { missing: "there is none" }, platformUrl: "http://platform.test" });
}
