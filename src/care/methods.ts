import { garbageKinds } from '../protocol/garbage.ts'
import type { MethodName } from '../protocol/methods.ts'
import { integer, listOf, object, oneOf, paramsOf, text } from '../protocol/parse.ts'
import type { MethodTable } from '../tracking/route.ts'
import { type GarbageParts, listGarbage, removeGarbage } from './garbage.ts'

const before = integer(0, Number.MAX_SAFE_INTEGER)
const parseBefore = object({ before })
const parseNames = object({ before, names: listOf(object({ kind: oneOf(garbageKinds), id: text }), 100) })

/** The typed methods of the feature: a parser for each, and the use-case behind it. */
export function createCareMethods(parts: GarbageParts): MethodTable<Extract<MethodName, `store/${string}`>> {
  return {
    'store/garbage': {
      parse: paramsOf(parseBefore),
      run: ({ before }) => listGarbage(parts, before),
    },
    'store/remove-garbage': {
      parse: paramsOf(parseNames),
      run: (params) => removeGarbage(parts, params),
    },
  }
}
