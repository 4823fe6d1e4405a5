import type { ModelDiff, ModelFacts, TensorDiff, TensorFacts } from '../../src/protocol/data-diff.ts'
import { toNumberText } from '../shared/chart/number-text.ts'
import { element } from '../shared/dom.ts'
import { type Cell, paragraph, section, table } from '../shared/parts.ts'
import { changed, notes } from './parts.ts'
import { countText, text } from './texts.ts'

/** What changed in a model: its graph and its weights. */
export function drawModelDiff(diff: ModelDiff): readonly Node[] {
  const { old, new: now, properties, operators, nodes, tensors, equalTensors } = diff
  const facts = (of: ModelFacts | undefined) =>
    of && text('model.facts', { parameters: of.parameterCount, tensors: of.tensorCount, nodes: of.nodeCount })
  return [
    element('p', {}, changed(facts(old), facts(now))),
    ...notes(diff.notes),
    ...(tensors.length === 0 && equalTensors === 0 ? [] : [drawTensors(tensors, equalTensors)]),
    ...part(
      'model.operators',
      ['model.operator', 'table.before', 'table.after'],
      operators.map(({ operator, oldCount, newCount }) => [operator, countText(oldCount), countText(newCount)]),
    ),
    ...part(
      'model.nodes',
      ['model.node', 'model.operator', 'table.state', 'model.differs'],
      nodes.map(({ name, operator, change, differs }) => [name, operator, text(`row.${change}`), differs.join(', ')]),
    ),
    ...part(
      'model.properties',
      ['model.property', 'table.before', 'table.after'],
      properties.map(({ name, old: before, new: after }) => [name, before ?? text('none'), after ?? text('none')]),
    ),
  ]
}

type TitleKey =
  'model.operator' | 'model.node' | 'model.differs' | 'model.property' | 'table.before' | 'table.after' | 'table.state'

function part(
  heading: 'model.operators' | 'model.nodes' | 'model.properties',
  titles: readonly TitleKey[],
  rows: readonly (readonly Cell[])[],
): readonly HTMLElement[] {
  if (rows.length === 0) return []
  return [
    section(
      text(heading),
      table(
        text(heading),
        titles.map((key) => ({ title: text(key) })),
        rows,
      ),
    ),
  ]
}

function drawTensors(tensors: readonly TensorDiff[], equal: number): HTMLElement {
  const heading = text('model.tensors')
  const titles = [
    { title: text('model.tensor') },
    { title: text('table.state') },
    { title: text('table.type') },
    { title: text('model.shape') },
    { title: text('model.maxAbsolute'), isNumber: true },
    { title: text('model.relative'), isNumber: true },
    { title: text('model.cosine'), isNumber: true },
    { title: text('table.nonFinite'), isNumber: true },
  ]
  const rows = tensors.map(({ name, change, old, new: now, difference }): readonly Cell[] => {
    const both = (read: (facts: TensorFacts) => string) => changed(old && read(old), now && read(now))
    const number = (value: number | null | undefined) =>
      value === null || value === undefined ? '' : toNumberText(value)
    return [
      name,
      text(`tensor.${change}`),
      both(({ dataType }) => dataType),
      both(({ shape }) => shape.join(' × ')),
      number(difference?.maxAbsolute),
      number(difference?.relativeL2),
      number(difference?.cosine),
      difference === undefined || difference.nonFiniteCount === 0 ? '' : countText(difference.nonFiniteCount),
    ]
  })
  return section(
    heading,
    ...(equal === 0 ? [] : [paragraph(text('model.equal', { count: equal }))]),
    ...(rows.length === 0 ? [] : [table(heading, titles, rows)]),
  )
}
