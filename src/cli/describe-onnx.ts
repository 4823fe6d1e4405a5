import type {
  ModelDescription,
  ModelGraphs,
  NodeDescription,
  ValueDescription,
  WeightSizes,
} from '../protocol/model-description.ts'
import { formatTable, type TableColumn } from './table.ts'
import { formatCount, formatInteger, formatSize } from '../protocol/quantities.ts'
import { printable } from './text.ts'

const sizeColumns = [
  { title: 'TENSORS', align: 'right' },
  { title: 'PARAMETERS', align: 'right' },
  { title: 'SIZE', align: 'right' },
] as const

/** A model for people: what it is in a few lines, then a table each of values, operators and types. */
export function describeModelTables(model: ModelDescription, width: number | undefined): string {
  const table = (columns: readonly TableColumn[], rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? [] : [formatTable(columns, rows, width)]
  const weighed = new Map(model.weightsByOperator.map(({ operator, ...sizes }) => [operator, sizes]))
  return [
    facts(model),
    ...table(
      [{ title: '' }, { title: 'NAME', minWidth: 12 }, { title: 'TYPE' }, { title: 'SHAPE', minWidth: 12 }],
      [
        ...model.inputs.map((value) => valueRow('input', value)),
        ...model.outputs.map((value) => valueRow('output', value)),
      ],
    ),
    ...table(
      [{ title: 'OPERATOR', minWidth: 16 }, { title: 'NODES', align: 'right' }, ...sizeColumns],
      model.operators.map(({ name, count }) => [name, formatInteger(count), ...sizeCells(weighed.get(name))]),
    ),
    ...table(
      [{ title: 'WEIGHTS' }, ...sizeColumns],
      model.weightsByType.map(({ type, ...sizes }) => [type, ...sizeCells(sizes)]),
    ),
    ...table(
      [
        { title: 'METADATA', minWidth: 12 },
        { title: 'VALUE', minWidth: 20 },
      ],
      model.metadata.map(({ key, value }) => [key, value]),
    ),
  ].join('\n')
}

/** Each graph as a table of its nodes, and what is wrong with them. */
export function describeGraphTables({ graphs, problems }: ModelGraphs, width: number | undefined): readonly string[] {
  const columns: readonly TableColumn[] = [
    { title: 'NODE', minWidth: 12 },
    { title: 'OPERATOR', minWidth: 12 },
    { title: 'TAKES', minWidth: 12 },
    { title: 'MAKES', minWidth: 12 },
    { title: 'ATTRIBUTES', minWidth: 12 },
    { title: 'WEIGHTS', align: 'right' },
  ]
  const tables = graphs.map(({ name, nodes }) => {
    const title = name === '' ? '' : `${printable(name)}\n`
    return `${title}${formatTable(columns, nodes.map(nodeRow), width)}`
  })
  return [...tables, ...problems.map((problem) => `${printable(problem)}\n`)]
}

function nodeRow({ name, operator, inputs, outputs, attributes, weights }: NodeDescription): readonly string[] {
  const bytes = weights.reduce((sum, weight) => sum + weight.bytes, 0)
  const told = attributes.map((attribute) => `${attribute.name}=${attribute.value}`).join(' ')
  return [name, operator, inputs.join(' '), outputs.join(' '), told, bytes === 0 ? '' : formatSize(bytes)]
}

function facts({ irVersion, producer, producerVersion, opsets, nodes, weights }: ModelDescription): string {
  const sets = opsets.map(({ domain, version }) => `${domain} ${version}`).join(', ')
  const outside =
    weights.externalBytes > 0 ? `, ${formatSize(weights.externalBytes)} of it in files beside the model` : ''
  const lines = [
    `Operators of ${sets || 'no set'}, IR version ${irVersion}, made by ${`${producer} ${producerVersion}`.trim() || 'nobody known'}.`,
    `${formatCount(nodes, 'node')}, ${formatCount(weights.parameters, 'parameter')}, ${formatSize(weights.bytes)}${outside}.`,
  ]
  return lines.map((line) => `${printable(line)}\n`).join('')
}

function valueRow(kind: string, { name, type, shape }: ValueDescription): readonly string[] {
  return [kind, name, type, shape === undefined ? '' : `[${shape.map((size) => size ?? '?').join(', ')}]`]
}

function sizeCells(sizes: WeightSizes | undefined): readonly string[] {
  if (sizes === undefined) return ['', '', '']
  return [formatInteger(sizes.tensors), formatInteger(sizes.parameters), formatSize(sizes.bytes)]
}
