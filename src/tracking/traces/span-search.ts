import type { Comparison } from '../../protocol/mlflow/search.ts'
import { compareColumn, type Fragment, joinConditions } from '../search-condition.ts'

const attributePrefix = 'attributes.'

/** An attribute's value as text: a text as it is, everything else as its JSON. */
const attributeText = `coalesce(a.value ->> '$.value.string_value', a.value -> '$.value.int_value',
  a.value -> '$.value.double_value', a.value -> '$.value.bool_value', a.value -> '$.value')`

/** Whether a trace has a span of which all of it is true. */
export function spanCondition(comparisons: readonly Comparison[]): Fragment {
  const { text, values } = joinConditions(comparisons.map(toCondition))
  return { text: `exists (select 1 from spans s where s.trace = t.id and ${text})`, values }
}

function toCondition(comparison: Comparison): Fragment {
  const { key } = comparison.identifier
  if (!key.startsWith(attributePrefix)) return compareColumn(`s.${key}`, comparison)
  const { text, values } = compareColumn(attributeText, comparison)
  return {
    text: `exists (select 1 from json_each(s.content, '$.attributes') a
      where a.value ->> '$.key' = ? and ${text})`,
    values: [key.slice(attributePrefix.length).replace(/^`(.*)`$/s, '$1'), ...values],
  }
}
