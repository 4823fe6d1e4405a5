import type {
  CandidateAction,
  PageLayers,
  PageModel,
  ToCompressionPage,
} from '../../src/protocol/compression-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { table } from '../shared/parts.ts'
import { formatFigure, formatInterval } from './model-table.ts'
import { findFigure } from './plot.ts'

type Search = Extract<ToCompressionPage, { kind: 'search' }>

/**
 * What is known of one model: how it was made, what was measured, and what can be done with it.
 *
 * @param layers undefined until they are known
 */
export function drawDetails(
  search: Search,
  model: PageModel | undefined,
  layers: PageLayers | undefined,
  act: (action: CandidateAction, number: number) => void,
): readonly HTMLElement[] {
  const { texts } = search
  if (model === undefined) return [element('p', { class: 'quiet' }, texts.chooseOne)]
  const { number, name, note, steps, goals } = model
  const recipe =
    number === 0
      ? element('p', {}, texts.asItIs)
      : element('ol', {}, ...steps.map((step) => element('li', {}, element('bdi', {}, step))))
  return [
    element('h2', {}, element('bdi', {}, name)),
    element('p', { class: `note ${model.mark}` }, note),
    ...(number === 0 ? [] : [drawActions(search, number, act)]),
    element('h3', {}, texts.recipe),
    recipe,
    element('h3', {}, texts.goals),
    element(
      'ul',
      { class: 'goals' },
      ...goals.map(({ text, outcome, isMet }) =>
        element('li', { class: isMet ? 'met' : 'missed' }, element('bdi', {}, text), ` – ${outcome}`),
      ),
    ),
    element('h3', {}, texts.figures),
    drawFigures(search, model),
    ...(number === 0 || layers?.number !== number ? [] : drawLayers(layers)),
  ]
}

function drawActions(
  { texts, isRecorded }: Search,
  number: number,
  act: Parameters<typeof drawDetails>[3],
): HTMLElement {
  const press = (text: string, action: CandidateAction) =>
    button(text, () => act(action, number), { class: 'text-button', 'data-action': action })
  return element(
    'div',
    { class: 'actions' },
    ...(isRecorded ? [press(texts.register, 'register')] : []),
    press(texts.exportModel, 'export'),
    press(texts.copy, 'copy'),
    ...(isRecorded ? [press(texts.openRun, 'open-run')] : []),
  )
}

function drawFigures({ measures, models, texts }: Search, { figures, number }: PageModel): HTMLElement {
  const original = models[0]?.figures ?? []
  const columns = [texts.value, texts.interval, ...(number === 0 ? [] : [texts.original])]
  const rows = measures.flatMap(({ name, title }) => {
    const found = findFigure(figures, name)
    if (found === undefined) return []
    const before = number === 0 ? [] : [formatFigure(findFigure(original, name))]
    return [[title, formatFigure(found), formatInterval(found), ...before]]
  })
  const numbers = columns.map((column) => ({ title: column, isNumber: true }))
  return table(texts.figures, [{ title: texts.measure }, ...numbers], rows)
}

function drawLayers({ tables, note }: PageLayers): readonly HTMLElement[] {
  return [
    ...tables.flatMap(({ title, columns, rows }) => [
      element('h3', {}, title),
      table(
        title,
        columns.map((column) => ({ title: column })),
        rows,
      ),
    ]),
    element('p', { class: 'quiet' }, note),
  ]
}
