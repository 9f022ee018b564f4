import { credentialShapes } from "./credential-shapes.ts";
import { maskPrivateKeys } from "./mask-private-keys.ts";

/** Replaces what looks like a credential by `[masked]`. Best effort: a net below the rule not to store secrets in text. */
export function maskCredentials(text: string): string {
  return credentialShapes.reduce(
    (masked, { shape }) =>
      masked.replace(shape, (_match, kept: unknown) => (typeof kept === "string" ? `${kept}[masked]` : "[masked]")),
    maskPrivateKeys(text),
  );
}
