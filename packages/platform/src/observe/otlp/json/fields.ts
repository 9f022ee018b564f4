import * as z from "zod";

/** Fields of OTLP's messages in JSON: protobuf has them absent or null where they have their defaults. */

export const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");

/** Enum values are numbers, in OTLP. */
export const integer = z
  .int()
  .nullish()
  .transform((value) => value ?? 0);

/** As a number, which beyond 2^53 has lost its last digits: most languages write them all the same. */
export const wholeNumber = z.number().refine(Number.isInteger, "must be a whole number");

const digits = z.union([z.string().regex(/^\d{1,20}$/, "must be a whole number"), wholeNumber.nonnegative()]);

/** Of 64 bits, as text or as a number. */
export const long = digits.nullish().transform((value) => Number(value ?? 0));

/** Nanoseconds since 1970, as milliseconds. */
export const time = digits.nullish().transform((value) => Number(value ?? 0) / 1e6);

/** Hexadecimal digits, in lower case. */
export const hex = z
  .string()
  .regex(/^[\da-f]*$/i, "must be hexadecimal digits")
  .nullish()
  .transform((value) => (value ?? "").toLowerCase());

export const number = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);

export const boolean = z
  .boolean()
  .nullish()
  .transform((value) => value === true);

export const list = z
  .array(z.unknown())
  .nullish()
  .transform((values) => values ?? []);
