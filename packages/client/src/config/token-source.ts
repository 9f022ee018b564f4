/** Where the credential comes from. */
export interface TokenSource {
  /** The current token. */
  get(): Promise<string>;
  /** Forgets what is remembered and reads again; true when that gave another token. */
  refresh(): Promise<boolean>;
  /** The place, such as `PLATFORM_API_TOKEN` or `file /path`; never the token. */
  readonly description: string;
}

/** A token that stays what it is. */
export function fixedToken(token: string, description: string): TokenSource {
  return {
    description,
    get: async () => token,
    refresh: async () => false,
  };
}

/** What a token may be made of: visible ASCII, as it stands in a header. */
export function isToken(value: string): boolean {
  return /^[\x21-\x7e]+$/.test(value);
}
