import { decryptValue, encryptValue } from "../secrets/cipher.ts";
import { type MasterKey, requireMasterKey } from "../secrets/master-key.ts";
import { UnreadableSecretError } from "../secrets/unreadable-secret-error.ts";

interface Webhook {
  readonly id: string;
  readonly project_id: string;
}

/** Encrypts what a webhook's deliveries are signed with. @throws Problem 503 without a master key */
export function encryptSecret(masterKey: MasterKey, webhook: Webhook, secret: string): Buffer {
  return encryptValue(requireMasterKey(masterKey), bindingOf(webhook), secret);
}

/** @throws Problem 503 without a master key; UnreadableSecretError when it was encrypted under another one */
export function decryptSecret(masterKey: MasterKey, webhook: Webhook, encrypted: Buffer): string {
  const secret = decryptValue(requireMasterKey(masterKey), bindingOf(webhook), encrypted);
  if (secret !== undefined) return secret;
  throw new UnreadableSecretError({ name: "of the webhook", project_id: webhook.project_id });
}

/** No secret of a project has this scope. */
function bindingOf({ id, project_id }: Webhook) {
  return { id, project_id, name: "webhook", scope: "webhook" };
}
