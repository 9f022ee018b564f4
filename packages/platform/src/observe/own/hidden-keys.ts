/** The values with the ingest keys that are in them: those must not show by themselves either. */
export function withIngestKeys(values: readonly string[]): readonly string[] {
  return [...values, ...values.flatMap((value) => value.match(/plat_otlp_[0-9a-f]+/g) ?? [])];
}
