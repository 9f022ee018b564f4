import { randomBytes } from "node:crypto";

/** A password of 128 random bits, for whoever is given it to change. */
export function newPassword(): string {
  return randomBytes(16).toString("base64url");
}
