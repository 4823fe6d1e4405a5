import { type ErrorCode, RunwrightError } from '../protocol/errors.ts'

/** A statement that DuckDB did not take, or could not carry out. */
export class QueryFailed extends RunwrightError {
  /** As DuckDB sorts its errors: `Binder`, `Catalog`, `Parser`, `Permission`, `Conversion`, `Out of Memory`, … */
  readonly kind: string
  /** DuckDB's sentence, without the kind and the picture of the place. */
  readonly sentence: string
  /** The whole message of DuckDB's error. */
  readonly said: string

  constructor(said: string) {
    const [, kind = 'Unknown', rest = said] = /^([\w ]+?) (?:Error|Exception): ([^]*)$/.exec(said) ?? []
    const [sentence = '', ...more] = rest.split(/\n\s*\n/)[0]?.split('\n') ?? []
    const candidates = more.find((line) => line.startsWith('Candidate bindings: ') || line.startsWith('Did you mean'))
    super(codeFor(kind, said), `DuckDB: ${sentence}`, candidates === undefined ? {} : { hint: candidates })
    this.kind = kind
    this.sentence = sentence
    this.said = said
  }
}

/** Most errors are the statement's. */
function codeFor(kind: string, said: string): ErrorCode {
  if (said.includes('No space left on device')) return 'STORAGE_FULL'
  return kind === 'Out of Memory' ? 'INVALID_STATE' : 'INVALID_PARAMETER_VALUE'
}
