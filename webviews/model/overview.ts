import { button, element } from '../shared/dom.ts'
import { type Cell, section, table } from '../shared/parts.ts'
import type { ValueDescription, WeightSizes } from '../../src/protocol/model-description.ts'
import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { shapeText } from './drawn-graph.ts'
import { countText, sizeText, text } from './texts.ts'

/**
 * What a model is: values in and out, operators, and what weighs how much.
 *
 * @param find shows the nodes of an operator
 */
export function drawOverview(model: ShownModel, find: (operator: string) => void): HTMLElement {
  const { weights, weightsByOperator, operators } = model
  const weighed = new Map(weightsByOperator.map(({ operator, ...sizes }) => [operator, sizes]))
  const unused = weighed.get('unused')
  return element(
    'div',
    { class: 'overview' },
    section(text('values'), drawValues(model)),
    section(
      text('operators'),
      table(
        text('operators'),
        [{ title: text('operator') }, { title: text('nodes'), isNumber: true }, ...sizeColumns()],
        [
          ...operators.map(({ name, count }): readonly Cell[] => [
            button(name, () => find(name), { class: 'link-button', title: text('operators.find', { name }) }),
            countText(count),
            ...sizeCells(weighed.get(name), weights.bytes),
          ]),
          ...(unused === undefined ? [] : [[text('unused'), '', ...sizeCells(unused, weights.bytes)]]),
        ],
      ),
    ),
    ...drawTypes(model),
    ...drawMetadata(model),
  )
}

function drawTypes({ weights, weightsByType }: ShownModel): readonly HTMLElement[] {
  if (weightsByType.length === 0) return []
  return [
    section(
      text('types'),
      table(
        text('types'),
        [{ title: text('type') }, ...sizeColumns()],
        weightsByType.map(({ type, ...sizes }) => [type, ...sizeCells(sizes, weights.bytes)]),
      ),
    ),
  ]
}

function drawValues({ inputs, outputs }: ShownModel): HTMLElement {
  const row = (kind: string, { name, type, shape }: ValueDescription): readonly Cell[] => [
    name,
    kind,
    type,
    element('bdi', { dir: 'ltr' }, shapeText(shape)),
  ]
  return table(
    text('values'),
    [{ title: text('value') }, { title: text('kind') }, { title: text('type') }, { title: text('shape') }],
    [...inputs.map((value) => row(text('input'), value)), ...outputs.map((value) => row(text('output'), value))],
  )
}

function sizeColumns() {
  return [text('tensors'), text('parameters'), text('size'), text('share')].map((title) => ({ title, isNumber: true }))
}

function sizeCells(sizes: WeightSizes | undefined, all: number): readonly Cell[] {
  if (sizes === undefined || sizes.tensors === 0) return ['', '', '', '']
  const share = all === 0 ? 0 : sizes.bytes / all
  const bar = element('span', { class: 'bar', 'aria-hidden': 'true' })
  bar.style.inlineSize = `${Math.max(share > 0 ? 1 : 0, Math.round(share * 80))}px`
  return [
    countText(sizes.tensors),
    countText(sizes.parameters),
    sizeText(sizes.bytes),
    element('span', { class: 'share' }, bar, `${Number((share * 100).toFixed(1))}%`),
  ]
}

function drawMetadata({ metadata }: ShownModel): readonly HTMLElement[] {
  if (metadata.length === 0) return []
  return [
    section(
      text('metadata'),
      table(
        text('metadata'),
        [{ title: text('key') }, { title: text('details.value') }],
        metadata.map(({ key, value }) => [key, element('bdi', { class: 'attribute' }, value)]),
      ),
    ),
  ]
}
