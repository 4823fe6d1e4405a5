import { isRecord } from '../../src/protocol/json.ts'

/** The names in an answer to `runs/search`, in its order. */
export function parseRunNames(answer: Readonly<Record<string, unknown>>): readonly string[] {
  const runs: unknown = answer['runs'] ?? []
  if (!Array.isArray(runs)) throw new Error('A search was answered with no list.')
  return runs.map((run: unknown) => {
    const info = isRecord(run) ? run['info'] : undefined
    return isRecord(info) ? String(info['run_name']) : ''
  })
}
