import { credentialShapes } from "./credential-shapes.ts";
import { maskPrivateKeys } from "./mask-private-keys.ts";

/** Replaces what looks like a credential by `[masked]`. Best effort: a net below the rule not to store secrets in text. */
export function maskCredentials(text: string): string {
  // Of credentials that touch, one can hide the other's beginning until it is masked. Each round leaves fewer.
  for (let rest = text; ; ) {
    const masked = maskOnce(rest);
    if (masked === rest) return rest;
    rest = masked;
  }
}

function maskOnce(text: string): string {
  return credentialShapes.reduce(
    (masked, { shape }) =>
      masked.replace(shape, (_match, kept: unknown) => (typeof kept === "string" ? `${kept}[masked]` : "[masked]")),
    maskPrivateKeys(text),
  );
}
