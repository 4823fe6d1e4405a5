import { checked, integer, invalid, type Field } from './fields.ts'

/** `max_results`, from 1. */
export function pageSize(limit: number): Field<number> {
  return checked(
    integer,
    (size, path) => {
      if (size >= 1 && size <= limit) return size
      const rule = size < 1 ? 'a positive integer' : `at most ${limit}`
      throw invalid(`Invalid value ${size} for parameter '${path}' supplied. It must be ${rule}`)
    },
    { minimum: 1, maximum: limit },
  )
}
