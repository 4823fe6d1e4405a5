import type { Dialect } from '../../store/database.ts'
import { castToReal } from '../../store/dialect.ts'
import type { Comparison } from '../../protocol/mlflow/search.ts'
import { traceKeys } from '../../protocol/traces.ts'
import { compareColumn, type Fragment } from '../search-condition.ts'

/** What is said of one trace of a session may be said of the session. */
const ofSession = `json_extract(a.metadata, '$."${traceKeys.session}"') is not null`

/** Whether something is said of a trace, or of the session that it belongs to. */
export function assessmentCondition(dialect: Dialect, comparison: Comparison): Fragment {
  const { kind, key } = comparison.identifier
  if (kind === 'issue') {
    const { text, values } = compareColumn('a.name', comparison)
    return {
      text: `exists (select 1 from assessments a where a.trace = t.id and a.kind = 'issue' and ${text})`,
      values,
    }
  }
  const value = toValueCondition(dialect, comparison)
  const said = `a.kind = ? and a.name = ? and a.valid = 1 and ${value.text}`
  const values = [kind, key, ...value.values]
  const text = `(exists (select 1 from assessments a where a.trace = t.id and ${said})
    or exists (select 1 from trace_metadata m
      join trace_metadata n on n.key = '${traceKeys.session}' and n.value = m.value
      join traces u on u.id = n.trace and u.experiment = t.experiment
      join assessments a on a.trace = n.trace
      where m.trace = t.id and m.key = '${traceKeys.session}' and ${ofSession} and ${said}))`
  return { text: comparison.operator === 'IS NULL' ? `not ${text}` : text, values: [...values, ...values] }
}

function toValueCondition(dialect: Dialect, comparison: Comparison): Fragment {
  switch (comparison.operator) {
    case 'IS NULL':
    case 'IS NOT NULL':
      return { text: 'true', values: [] }
    case '=':
    case '!=': {
      // A filter has texts only: `'true'` is the flag as well as the text.
      const text = String(comparison.value)
      const negation = comparison.operator === '=' ? '' : 'not '
      return { text: `a.value ${negation}in (?, ?)`, values: [text, JSON.stringify(text)] }
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const { text, values } = compareColumn(castToReal(dialect, 'a.value'), comparison)
      return { text: `json_type(a.value) in ('integer', 'real') and ${text}`, values }
    }
    default:
      return compareColumn('a.value', comparison)
  }
}
