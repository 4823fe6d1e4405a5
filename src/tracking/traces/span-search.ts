import type { Comparison } from '../../protocol/mlflow/search.ts'
import type { Dialect } from '../../store/database.ts'
import { jsonAt, textAt } from '../../store/dialect.ts'
import { compareColumn, type Fragment, joinConditions } from '../search-condition.ts'

const attributePrefix = 'attributes.'

/** An attribute's value as text: a text as it is, everything else as its JSON. */
function attributeText(dialect: Dialect): string {
  const kinds = ['int_value', 'double_value', 'bool_value'].map((kind) => jsonAt(dialect, 'a.value', ['value', kind]))
  return `coalesce(${textAt(dialect, 'a.value', ['value', 'string_value'])}, ${kinds.join(', ')},
    ${jsonAt(dialect, 'a.value', ['value'])})`
}

/** Whether a trace has a span of which all of it is true. */
export function spanCondition(dialect: Dialect, comparisons: readonly Comparison[]): Fragment {
  const { text, values } = joinConditions(comparisons.map((comparison) => toCondition(dialect, comparison)))
  return { text: `exists (select 1 from spans s where s.trace = t.id and ${text})`, values }
}

function toCondition(dialect: Dialect, comparison: Comparison): Fragment {
  const { key } = comparison.identifier
  if (!key.startsWith(attributePrefix)) return compareColumn(`s.${key}`, comparison)
  const { text, values } = compareColumn(attributeText(dialect), comparison)
  return {
    text: `exists (select 1 from json_each(s.content, '$.attributes') a
      where ${textAt(dialect, 'a.value', ['key'])} = ? and ${text})`,
    values: [key.slice(attributePrefix.length).replace(/^`(.*)`$/s, '$1'), ...values],
  }
}
