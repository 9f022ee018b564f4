import * as z from "zod";

/**
 * A field that nobody may set, with why. What is in no schema is refused as well: this is for what deserves a reason.
 */
export function refused(why: string) {
  return z.custom<undefined>(() => false, `is not allowed: ${why}`).optional();
}

/** A field that may only have one value, for what else it could have would not be allowed. */
export function only<const Value extends string | number | boolean>(value: Value, why: string) {
  return z.custom<Value>((given) => given === value, `must be ${JSON.stringify(value)}: ${why}`).optional();
}

/** The name of an object, a container, a volume or a port (RFC 1123). */
export const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be of small letters, digits and '-', at most 63");

/** A name in an environment, or the key of a ConfigMap. */
export const variable = z.string().regex(/^[A-Za-z_.-][A-Za-z0-9_.-]{0,252}$/, "is not the name of a variable");

/** The key of a ConfigMap, which is a file's name where it is mounted. */
export const fileName = z.string().regex(/^(?!\.\.?$)[A-Za-z0-9_.-]{1,253}$/, "is not the name of a file");

export const port = z.int().min(1).max(65_535);

/** A port by its number, or by its name in the pod. */
export const portReference = z.union([port, name], "must be the number or the name of a port");

/** An absolute path in a container. */
export const absolutePath = z
  .string()
  .max(1024)
  .regex(/^\/(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}:]*$/u, "must be an absolute path without '..' and ':'");

/** A path below another one. */
export const relativePath = z
  .string()
  .max(1024)
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\p{Cc}:]+$/u, "must be a relative path without '..' and ':'");

export const seconds = z.int().min(0).max(86_400);

const amount = "must be an amount such as 500m or 1Gi";

/** An amount of a resource, such as `500m` or `1Gi`; as text, which is all that clusters before 1.21 apply. */
export const quantity = z
  .union([z.number().min(0).max(1e15), z.string().regex(/^\d{1,15}(\.\d{1,9})?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$/)], amount)
  .transform(String);

/** What is left out, clusters before 1.21 do not add when they apply it. */
export const protocol = z.enum(["TCP", "UDP"]).default("TCP");

/** A count, or a share in per cent. */
export const countOrShare = z.union(
  [z.int().min(0).max(1000), z.string().regex(/^(100|\d{1,2})%$/)],
  "must be a number or a share such as 25%",
);
