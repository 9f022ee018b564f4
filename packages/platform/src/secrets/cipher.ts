import { createCipheriv, createDecipheriv, type KeyObject, randomBytes } from "node:crypto";

/** What a value belongs to. It is authenticated with the value, which is good in no other row. */
export interface Binding {
  readonly id: string;
  readonly project_id: string | null;
  readonly name: string;
  readonly scope: string;
}

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Encrypts a secret's value under a nonce of its own: nonce, ciphertext, tag. */
export function encryptValue(key: KeyObject, binding: Binding, value: string): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, key, nonce).setAAD(associatedData(binding));
  return Buffer.concat([nonce, cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()]);
}

/** The value again; undefined under another key, for another row, or when a bit of it has changed. */
export function decryptValue(key: KeyObject, binding: Binding, encrypted: Buffer): string | undefined {
  if (encrypted.length < nonceBytes + tagBytes) return undefined;
  const end = encrypted.length - tagBytes;
  const decipher = createDecipheriv(algorithm, key, encrypted.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(associatedData(binding))
    .setAuthTag(encrypted.subarray(end));
  const value = decipher.update(encrypted.subarray(nonceBytes, end));
  try {
    return Buffer.concat([value, decipher.final()]).toString("utf8");
  } catch {
    return undefined;
  }
}

function associatedData({ id, project_id, name, scope }: Binding): Buffer {
  return Buffer.from(JSON.stringify(["platform secret", id, project_id, name, scope]));
}
