import { randomBytes } from "node:crypto";

/**
 * A password of 128 random bits, for whoever is given it to change; of the form by which the platform masks it where the
 * agent's session is kept.
 */
export function newPassword(): string {
  return `plat_pw_${randomBytes(16).toString("hex")}`;
}
