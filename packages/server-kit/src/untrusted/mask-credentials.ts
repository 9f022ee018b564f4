/** Well-known shapes of credentials, each precise enough not to hit prose or hashes. The group, if any, is kept. */
const shapes: readonly RegExp[] = [
  /\bplat_(?:api_)?[0-9a-f]{64}\b/g,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/g,
  /\bgithub_pat_[A-Za-z0-9_]{50,}\b/g,
  /\bglpat-[A-Za-z0-9_-]{20,}/g,
  /\bnpm_[A-Za-z0-9]{36}\b/g,
  /\bsk-ant-[A-Za-z0-9_-]{20,}/g,
  /\bsk-(?:proj-)?[A-Za-z0-9_-]{32,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[A-Za-z0-9_-]{35}\b/g,
  /\bey[A-Za-z0-9_-]{15,}\.ey[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{10,}/g,
  /(\bAuthorization:\s*(?:Bearer|Basic|token)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,100}:)[^\s/@]{1,200}(?=@)/gi,
];

const privateKey = /-----BEGIN ((?:[A-Z]+ )*PRIVATE KEY)-----[\s\S]{0,20000}?(?:-----END \1-----|$(?![\s\S]))/g;

/** Replaces what looks like a credential by `[masked]`. Best effort: a net below the rule not to store secrets in text. */
export function maskCredentials(text: string): string {
  const withoutKeys = text.replace(privateKey, "-----BEGIN $1----- [masked]");
  return shapes.reduce(
    (masked, shape) =>
      masked.replace(shape, (_match, kept: unknown) => (typeof kept === "string" ? `${kept}[masked]` : "[masked]")),
    withoutKeys,
  );
}
