import { isRecord } from '../../src/protocol/json.ts'
import type { Shape } from '../../src/protocol/shape.ts'

/** Where a value is not of a shape, and how; undefined where it is. */
export function findMisfit(value: unknown, shape: Shape, path = 'answer'): string | undefined {
  const misfit = `${path} is ${JSON.stringify(value)?.slice(0, 200)}, not ${JSON.stringify(shape).slice(0, 200)}`
  if (shape.anyOf !== undefined) {
    return shape.anyOf.some((each) => findMisfit(value, each, path) === undefined) ? undefined : misfit
  }
  if (shape.enum !== undefined) return shape.enum.some((each) => each === value) ? undefined : misfit
  switch (shape.type) {
    case 'string':
      return typeof value === 'string' && value.length >= (shape.minLength ?? 0) ? undefined : misfit
    case 'integer':
      return Number.isInteger(value) ? undefined : misfit
    case 'number':
    case 'boolean':
      return typeof value === shape.type ? undefined : misfit
    case 'array':
      if (!Array.isArray(value)) return misfit
      return firstOf(value.map((each: unknown, index) => findMisfit(each, shape.items ?? {}, `${path}[${index}]`)))
    case 'object': {
      if (!isRecord(value)) return misfit
      const missing = (shape.required ?? []).find((name) => !Object.hasOwn(value, name))
      if (missing !== undefined) return `${path} has no ${missing}`
      const known = Object.entries(shape.properties ?? {}).filter(([name]) => Object.hasOwn(value, name))
      return firstOf(known.map(([name, each]) => findMisfit(value[name], each, `${path}.${name}`)))
    }
    default:
      return undefined
  }
}

function firstOf(misfits: readonly (string | undefined)[]): string | undefined {
  return misfits.find((misfit) => misfit !== undefined)
}
