import * as z from "zod";
import { objectMetadata } from "./metadata.ts";
import { fileName, refused } from "./values.ts";

export const configMap = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("ConfigMap"),
  metadata: objectMetadata,
  data: z.record(fileName, z.string()).optional(),
  binaryData: z.record(fileName, z.base64("is not base64")).optional(),
  immutable: refused("it could not be brought up to date any more"),
});
