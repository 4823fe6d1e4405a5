import type { CellValue } from '../../data/duckdb-process.ts'
import { parseFeatureReferences } from '../../features/feature-reference.ts'
import { getFeatures, type GetResult } from '../../features/get-features.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { computeOptions, nameOptions, openFeatures } from '../feature-options.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

const maxRows = 10_000

export default defineCliCommand({
  name: 'features get',
  summary: 'Gives the features that hold at a moment, as a model is served with them: by the join it was trained with.',
  details: `SET takes all features of a set, SET:FEATURE,FEATURE some. Sets that have changed are built first.
With --json the rows are objects. Without --entity it gives all that the sets know, at most ${maxRows}.`,
  example: 'runwright features get user_stats --entity user_id=7 --at 2024-05-01T12:00:00Z',
  options: {
    entity: {
      type: 'string',
      short: 'e',
      value: 'KEY=VALUE',
      multiple: true,
      summary: 'Whose features; once for each key of the sets',
    },
    at: { type: 'string', value: 'TIME', summary: 'In ISO 8601, by UTC where it has no zone. Default: now' },
    ...nameOptions,
    ...computeOptions,
  },
  operands: { usage: 'SET…', min: 1, max: 1000 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const at = options.at ?? new Date(context.now()).toISOString()
    if (!isTime(at)) throw usageError('features get', `--at ${at} is no time such as 2024-05-01T12:00:00Z.`)
    const features = await openFeatures(context, workspace, 'features get', options.memory)
    const result = await getFeatures(features, {
      features: parseFeatureReferences(operands),
      entity: Object.fromEntries(options.entity.map(readKey)),
      at,
      names: options['full-feature-names'] ? 'full' : 'short',
      maxRows,
    })
    if (json) return void context.stdout.write(toJson({ at, rows: toObjects(result), featureSets: result.featureSets }))
    const columns = result.columns.map(({ name }) => ({ title: name, minWidth: 8 }))
    const rows = result.rows.map((row) => row.map(toText))
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})

function isTime(text: string): boolean {
  const pattern = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?)?(Z|[+-]\d\d(:?\d\d)?)?$/
  return pattern.test(text) && !Number.isNaN(Date.parse(text.slice(0, 10)))
}

function readKey(text: string): [string, string] {
  const equals = text.indexOf('=')
  if (equals < 1) throw usageError('features get', `--entity ${text} is no KEY=VALUE.`)
  return [text.slice(0, equals), text.slice(equals + 1)]
}

function toObjects({ columns, rows }: GetResult): readonly Readonly<Record<string, CellValue>>[] {
  return rows.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index] ?? null])))
}

function toText(value: CellValue): string {
  if (value === null) return ''
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
