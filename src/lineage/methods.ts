import { integer, listOf, object, oneOf, paramsOf, text } from '../protocol/parse.ts'
import { lineageDirections, lineageKinds } from '../protocol/lineage.ts'
import type { MethodTable } from '../tracking/route.ts'
import type { Lineage } from './lineage.ts'

const defaults = { direction: 'both', depth: 10, limit: 300 } as const

/** The typed methods of the feature. */
export function createLineageMethods(lineage: Lineage): MethodTable<`lineage/${'of' | 'hashes' | 'present'}`> {
  const asked = object(
    { kind: oneOf(lineageKinds), id: text },
    { direction: oneOf(lineageDirections), depth: integer(1, 50), limit: integer(1, 2000) },
  )
  const present = object({ versions: listOf(object({ path: text }, { md5: text, sha256: text }), 1000) })
  return {
    'lineage/of': { parse: paramsOf(asked), run: (params) => lineage.of({ ...defaults, ...params }) },
    'lineage/hashes': {
      parse: paramsOf(object({})),
      run: async () => ({ hashes: await lineage.hashes() }),
    },
    'lineage/present': {
      parse: paramsOf(present),
      run: async ({ versions }) => ({ states: await lineage.present(versions) }),
    },
  }
}
