import { parseDouble } from '../protocol/mlflow/numbers.ts'
import { decodePageToken, encodePageToken, isOffset } from './page-token.ts'
import type { PointKey } from './series/points.ts'

/** Where the next page of a history begins. */
export interface HistoryPlace {
  /** Points that came before. */
  readonly offset: number
  /** The last of them: what is logged late among them moves no page. A token of MLflow's form does not name it. */
  readonly after?: PointKey
}

/** MLflow's token with the last point beside, as `{"offset": 2, "after": [1, 1767225600000, 0.5]}` in base64. */
export function createHistoryToken(offset: number, { step, timestamp, value }: PointKey): string {
  const after = [step, timestamp, Number.isFinite(value) ? value : String(value)]
  return encodePageToken({ offset, after })
}

/** @throws INVALID_PARAMETER_VALUE for a token that we did not make */
export function parseHistoryToken(token: string | undefined): HistoryPlace {
  if (token === undefined || token === '') return { offset: 0 }
  return decodePageToken(token, ({ offset, after }) => {
    if (!isOffset(offset)) return undefined
    if (after === undefined) return { offset }
    const key = findKey(after)
    return key && { offset, after: key }
  })
}

function findKey(after: unknown): PointKey | undefined {
  if (!Array.isArray(after) || after.length !== 3) return undefined
  const [step, timestamp, value]: unknown[] = after
  const double = parseDouble(value)
  if (typeof step !== 'number' || !Number.isSafeInteger(step) || !isOffset(timestamp) || double === undefined) {
    return undefined
  }
  return { step, timestamp, value: double }
}
