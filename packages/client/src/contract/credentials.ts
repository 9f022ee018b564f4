/**
 * What opens this platform, by its form: tokens of the API, of logins (without a name) and of senders of telemetry, and
 * passwords that were made up. Whoever shows or keeps text that may hold one masks it by this.
 */
export const platformCredential = /plat_(?:(?:api_)?[0-9a-f]{64}|otlp_[0-9a-f]{130}|pw_[0-9a-f]{32})/g;
