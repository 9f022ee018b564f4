import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import type { MasterKey } from "../secrets/master-key.ts";

/** What programs send telemetry that are not somebody's: in the order of their codes, which are a part of the keys. */
const kinds = ["step", "workload", "session"] as const;

/** What an ingest key is for. */
export interface IngestSource {
  readonly projectId: string;
  readonly kind: (typeof kinds)[number];
  /** The id of the step, workload or session. */
  readonly sourceId: string;
}

/** Bytes: the kind's code, two ids, the proof. */
const sourceBytes = 1 + 16 + 16;
const proofBytes = 32;

/** How ingest keys look. */
const form = new RegExp(`^plat_otlp_[0-9a-f]{${2 * (sourceBytes + proofBytes)}}$`);

/**
 * A key with which a program sends its telemetry (`Authorization: Bearer ...`), and can do nothing else. It is kept
 * nowhere: it proves itself by the master key. Undefined when the platform has none. Whether it is still good, since its
 * step or session runs or its workload is there, is asked whenever it is used.
 */
export function createIngestKey(masterKey: MasterKey, source: IngestSource): string | undefined {
  if ("missing" in masterKey) return undefined;
  const content = Buffer.concat([
    Buffer.from([kinds.indexOf(source.kind)]),
    ...[source.projectId, source.sourceId].map((id) => Buffer.from(id.replaceAll("-", ""), "hex")),
  ]);
  if (content.length !== sourceBytes) throw new TypeError("an ingest key is made of UUIDs");
  return `plat_otlp_${Buffer.concat([content, proofOf(masterKey, content)]).toString("hex")}`;
}

/** What a key was made for; undefined when it is none that was made under this master key. */
export function readIngestKey(masterKey: MasterKey, key: string): IngestSource | undefined {
  if ("missing" in masterKey || !form.test(key)) return undefined;
  const bytes = Buffer.from(key.slice("plat_otlp_".length), "hex");
  const content = bytes.subarray(0, sourceBytes);
  const kind = kinds[content[0] ?? kinds.length];
  if (kind === undefined || !timingSafeEqual(proofOf(masterKey, content), bytes.subarray(sourceBytes)))
    return undefined;
  return { kind, projectId: uuidOf(content.subarray(1, 17)), sourceId: uuidOf(content.subarray(17)) };
}

/** Under a key of its own: what is encrypted under the master key has nothing to do with it. */
function proofOf(masterKey: KeyObject, content: Buffer): Buffer {
  const key = Buffer.from(hkdfSync("sha256", masterKey, "", "platform ingest key", 32));
  return createHmac("sha256", key).update(content).digest();
}

function uuidOf(bytes: Buffer): string {
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
