import { PassThrough, type Transform } from "node:stream";
import { createGunzip } from "node:zlib";
import { Problem } from "../problem.ts";

/** What undoes a `Content-Encoding`: gzip, which git uses for large requests, or none. @throws Problem 415 */
export function contentDecoder(encoding = "identity"): Transform {
  if (encoding === "gzip" || encoding === "x-gzip") return createGunzip();
  if (encoding === "identity") return new PassThrough();
  throw new Problem(415, "the content encoding must be gzip or none");
}

/** Whether an error of a decoder says that the body is not what its encoding promises. */
export function isBadEncoding(error: NodeJS.ErrnoException | null): boolean {
  return error?.code?.startsWith("Z_") === true;
}
