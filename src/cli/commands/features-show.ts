import { planVersion } from '../../features/build-features.ts'
import { listBuilt, versionFiles } from '../../features/built-version.ts'
import { type FeatureContext, findFeatureSet } from '../../features/feature-context.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { FeatureSetDefinition } from '../../protocol/feature-sets.ts'
import type { BuiltVersion, FeatureColumn } from '../../protocol/feature-versions.ts'
import { defineCliCommand } from '../command.ts'
import { openFeatures } from '../feature-options.ts'
import { formatTable } from '../table.ts'
import { formatAge, formatDuration, formatNumber, printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'features show',
  summary: 'Shows a feature set: its definition, its versions, and the statistics of one.',
  details: 'The version that was built last is shown; another one is named by the first characters of its hash.',
  example: 'runwright features show user_stats',
  options: { version: { type: 'string', value: 'HASH', summary: 'Show this version' } },
  operands: { usage: 'SET', min: 1, max: 1 },
  async run(context, { options, operands: [name = ''], json, workspace }) {
    const features = await openFeatures(context, workspace, 'features show', undefined)
    const definition = findFeatureSet(features, name)
    const versions = await listBuilt(features.folder, name)
    const current = await findCurrent(features, name)
    const shown = chooseVersion(versions, options.version)
    if (json) {
      const withPath = (built: BuiltVersion) => ({
        ...built,
        path: versionFiles(features.folder, name, built.version).table,
      })
      const all = { name, definition, ...current, versions: versions.map(withPath), shown: shown && withPath(shown) }
      return void context.stdout.write(toJson(all))
    }
    const { stdout } = context
    stdout.write(`${name}\n${describeDefinition(definition)}\n`)
    for (const { version, builtTime, table } of versions) {
      const marks = `${version === current.current ? ', current' : ''}${version === shown?.version ? ', shown below' : ''}`
      const age = formatAge(context.now() - builtTime)
      stdout.write(`  ${version.slice(0, 8)}  built ${age}, ${table.rowCount} rows${marks}\n`)
    }
    if (current.current === undefined) {
      stdout.write(`  cannot be built: ${current.problem}\n`)
    } else if (versions.every(({ version }) => version !== current.current)) {
      stdout.write(`  ${current.current.slice(0, 8)}  not built: its definition or sources have changed\n`)
    }
    if (shown !== undefined) stdout.write(`\n${formatStatistics(shown.columns, stdout.columns)}`)
  },
})

/** The version that it has now, or why it has none; what was built before can be looked at all the same. */
async function findCurrent(features: FeatureContext, name: string) {
  try {
    return { current: (await planVersion(features, name)).version } as const
  } catch (error) {
    if (!(error instanceof RunwrightError) || error.code === 'CANCELLED') throw error
    return { current: undefined, problem: error.message } as const
  }
}

function chooseVersion(versions: readonly BuiltVersion[], named: string | undefined): BuiltVersion | undefined {
  if (named === undefined) return versions[0]
  const [found, ...others] = versions.filter(({ version }) => version.startsWith(named))
  if (found !== undefined && others.length === 0) return found
  const problem = found === undefined ? 'There is no version' : 'There are several versions'
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${problem} ${named}.`, {
    hint: `There are: ${versions.map(({ version }) => version.slice(0, 8)).join(', ')}.`,
  })
}

function describeDefinition(definition: FeatureSetDefinition): string {
  const { description, owner, entities, timestamp, createdTimestamp, ttlSeconds, sources, computation } = definition
  const lines: readonly (readonly [string, string | undefined])[] = [
    ['description', description?.trim()],
    ['owner', owner],
    ['entities', entities.join(', ')],
    ['timestamp', timestamp],
    ['created', createdTimestamp],
    ['ttl', ttlSeconds === undefined ? undefined : formatDuration(ttlSeconds * 1000)],
    [
      'sources',
      Object.entries(sources)
        .map(([name, files]) => `${name}: ${files.join(', ')}`)
        .join('; ') || undefined,
    ],
    ['script', computation.kind === 'script' ? computation.command.join(' ') : undefined],
  ]
  const told = lines.flatMap(([title, text]) => (text === undefined ? [] : [`  ${title.padEnd(12)}${printable(text)}`]))
  const query = computation.kind === 'query' ? computation.sql.trim().split('\n') : []
  return [
    ...told,
    ...query.map((line, index) => `  ${(index === 0 ? 'query' : '').padEnd(12)}${printable(line)}`),
  ].join('\n')
}

function formatStatistics(columns: readonly FeatureColumn[], width: number | undefined): string {
  const text = (value: number | string | undefined) =>
    value === undefined ? '' : typeof value === 'number' ? formatNumber(value) : value
  const rows = columns.map(({ name, type, nullCount, distinctCount, nonFiniteCount, min, max, mean, std }) => [
    name,
    type,
    String(nullCount + (nonFiniteCount ?? 0)),
    String(distinctCount),
    text(min),
    text(mean),
    text(max),
    text(std),
  ])
  const number = { align: 'right', minWidth: 8 } as const
  const titles = [
    { title: 'COLUMN', minWidth: 12 },
    { title: 'TYPE', minWidth: 8 },
    { title: 'MISSING', align: 'right' as const },
    { title: 'DISTINCT', align: 'right' as const },
    { title: 'MIN', ...number },
    { title: 'MEAN', ...number },
    { title: 'MAX', ...number },
    { title: 'STD', ...number },
  ]
  return formatTable(titles, rows, width)
}
