/** One version of a file whose inside is looked at. */
export interface ComparedFile {
  /** Its name says what kind of file it is. */
  readonly name: string
  /** Absolute; in a cache the name is another one. */
  readonly path: string
  readonly sizeBytes: number
}
