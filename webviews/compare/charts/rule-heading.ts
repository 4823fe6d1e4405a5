import type { CurveRuleSpec } from '../../../src/protocol/saved-view.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { toChartTitle } from './column-text.ts'
import { maxFound } from './expand-rules.ts'

export interface RuleHeading {
  readonly element: HTMLElement
  readonly more: HTMLElement
  show(rule: CurveRuleSpec, found: number): void
}

/** Stands above the charts of a rule. */
export function createRuleHeading(ruleId: string, openMenu: (anchor: HTMLElement) => void): RuleHeading {
  const title = element('h2', { class: 'rule-title' })
  const count = element('span', { class: 'rule-count' })
  const more = button('⋯', () => openMenu(more), {
    class: 'tool tool-more',
    'aria-haspopup': 'menu',
    title: text('charts.more.actions'),
  })
  return {
    element: element('div', { class: 'chart-rule', 'data-chart': ruleId, draggable: 'true' }, title, count, more),
    more,
    show(rule, found) {
      const { pattern } = rule
      title.textContent = toChartTitle(rule)
      more.setAttribute('aria-label', text('charts.more.of', { title: toChartTitle(rule) }))
      const rest = found - maxFound
      count.textContent =
        found === 0
          ? text('charts.rule.none', { pattern })
          : rest > 0
            ? text('charts.rule.some', { count: found, shown: maxFound })
            : text('charts.rule.count', { count: found })
    },
  }
}
