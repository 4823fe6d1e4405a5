import type { CurveRuleSpec } from '../../../src/protocol/saved-view.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { LoggedKeys } from './column-select.ts'
import { createOptionFields, type KindForm } from './curve-form.ts'
import { createCurveChart } from './default-charts.ts'
import { createNameFilter } from './metric-search.ts'

/** Asks for the pattern that metrics are found by, and says how many it finds. */
export function createRuleForm(
  id: string,
  spec: CurveRuleSpec | undefined,
  keys: LoggedKeys,
  check: () => void,
): KindForm {
  const options = createOptionFields(spec ?? createCurveChart(id, []), keys)
  const pattern = element('input', { type: 'text', value: spec?.pattern ?? '', spellcheck: 'false' })
  const status = element('p', { class: 'picker-status', role: 'status' })
  const filter = () => (pattern.value === '' ? undefined : createNameFilter(pattern.value, true))

  function show(): void {
    const found = filter()
    pattern.setAttribute('aria-invalid', String(pattern.value !== '' && found === undefined))
    if (pattern.value === '') status.textContent = text('charts.dialog.expression')
    else if (found === undefined) status.textContent = text('charts.dialog.noExpression')
    else status.textContent = text('charts.rule.count', { count: keys.metrics.filter(found).length })
  }
  pattern.addEventListener('input', () => {
    show()
    check()
  })
  show()
  return {
    elements: [
      element('label', { class: 'dialog-field' }, text('charts.dialog.pattern'), pattern),
      status,
      ...options.elements,
    ],
    read: () => (filter() === undefined ? undefined : { kind: 'rule', id, pattern: pattern.value, ...options.read() }),
  }
}
