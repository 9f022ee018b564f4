import { Problem } from "../../problem.ts";

/** How a request is written, and so its answer. */
export type Encoding = "protobuf" | "JSON";

export const contentTypes = { protobuf: "application/x-protobuf", JSON: "application/json" };

/** The encoding that a content type stands for. @throws Problem 415 */
export function encodingOf(contentType: string | undefined): Encoding {
  const type = contentType?.split(";", 1)[0]?.trim().toLowerCase();
  if (type === contentTypes.protobuf) return "protobuf";
  if (type === contentTypes.JSON) return "JSON";
  throw new Problem(415, `the content type must be ${contentTypes.protobuf} or ${contentTypes.JSON}`);
}
