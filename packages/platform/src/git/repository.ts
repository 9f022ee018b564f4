/** A bare repository of the platform. */
export interface Repository {
  /** Its directory. */
  readonly path: string;
}
