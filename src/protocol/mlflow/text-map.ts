import { isRecord } from '../json.ts'
import type { Tag } from '../runs.ts'
import { mapOf } from '../shape.ts'
import { type Field, refuse } from './fields.ts'

/** A map of texts, as protobuf's JSON has it. */
export const textMap: Field<readonly Tag[], readonly never[]> = {
  shape: mapOf({ type: 'string' }),
  absent: () => [],
  read(value, path) {
    if (!isRecord(value)) return refuse(value, path)
    return Object.entries(value).map(([key, each]) => ({
      key,
      value: typeof each === 'string' ? each : refuse(each, `${path}.${key}`),
    }))
  },
}
