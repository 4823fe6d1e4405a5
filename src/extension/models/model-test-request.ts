import { listOf, object, text } from '../../protocol/parse.ts'

/** What is tested, as the command line takes it; kept with the report, so that it can be tested again. */
export interface ModelTestRequest {
  /** Absolute path of the folder that the test stands in. */
  readonly folder: string
  /** Absolute paths. */
  readonly candidate: string
  readonly original: string
  readonly data: string
  /** For example `accuracy-drop<=1%`. */
  readonly gates: readonly string[]
}

/** @throws INVALID_PARAMETER_VALUE for what is none */
export const parseModelTestRequest = object({
  folder: text,
  candidate: text,
  original: text,
  data: text,
  gates: listOf(text, 100),
})

/** Words and operands of `runwright model test`. */
export function toWords({ candidate, original, data, gates }: ModelTestRequest): {
  readonly words: readonly string[]
  readonly operands: readonly string[]
} {
  const bounds = gates.flatMap((gate) => ['--gate', gate])
  return { words: ['model', 'test', '--against', original, '--data', data, ...bounds], operands: [candidate] }
}
