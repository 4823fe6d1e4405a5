import { traceKeys } from '../traces.ts'
import { invalid } from './fields.ts'
import type { Comparison } from './search.ts'

const spanColumns = ['name', 'type', 'status']
const ordering = ['<', '<=', '>', '>=']

/** What the grammar alone does not tell of a filter for traces. @throws INVALID_PARAMETER_VALUE */
export function checkTraceComparison(comparison: Comparison): void {
  const { identifier, operator } = comparison
  const { kind, key } = identifier
  if (kind === 'span') checkSpanKey(key, operator)
  if (kind === 'issue' && key !== 'id') throw invalid(`Invalid issue attribute '${key}'. Supported attributes: id`)
  if (kind === 'issue' && operator !== '=') throw invalid(`issue.id comparator '${operator}' not one of '='`)
  if (key === traceKeys.linkedPrompts) checkPrompt(comparison)
  if ((kind === 'feedback' || kind === 'expectation') && 'value' in comparison) checkAssessed(kind, comparison)
}

function checkSpanKey(key: string, operator: Comparison['operator']): void {
  if (key === 'content') {
    if (operator === 'LIKE' || operator === 'ILIKE') return
    throw invalid(`span.content comparator '${operator}' not one of LIKE, ILIKE`)
  }
  if (spanColumns.includes(key) || /^attributes\../s.test(key)) return
  throw invalid(
    `Invalid span attribute '${key}'. Supported attributes: ${spanColumns.join(', ')}, attributes.<attribute_name>.`,
  )
}

function checkPrompt(comparison: Comparison): void {
  if (comparison.operator !== '=') {
    throw invalid(
      `Invalid comparator '${comparison.operator}' for prompts filter. ` +
        'Only \'=\' is supported with format: prompt = "name/version"',
    )
  }
  if (String(comparison.value).split('/').length === 2) return
  throw invalid(`Invalid prompts filter value '${comparison.value}'. Expected format: prompt = "name/version"`)
}

/** Numbers are ordered, texts are equal or alike. */
function checkAssessed(kind: string, { operator, value }: Extract<Comparison, { readonly value: unknown }>): void {
  if (ordering.includes(operator)) {
    if (typeof value === 'number') return
    throw invalid(`Expected a numeric value for ${kind} when using comparator '${operator}'. Got value '${value}'`)
  }
  if (typeof value === 'string') return
  throw invalid(`Expected a quoted string value for ${kind} (e.g. 'my-value'). Got value ${value}`)
}
