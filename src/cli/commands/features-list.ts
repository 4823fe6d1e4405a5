import { listBuilt, versionFiles } from '../../features/built-version.ts'
import type { BuiltVersion, ListedFeatureSet, ListedVersion } from '../../protocol/feature-versions.ts'
import { defineCliCommand } from '../command.ts'
import { openFeatures } from '../feature-options.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'features list',
  summary: 'Lists the feature sets of runwright.yaml, each with the version that was built last.',
  details: 'Nothing is computed or read of their sources; "features show" says whether a version is of today.',
  example: 'runwright features list',
  options: {},
  async run(context, { json, workspace }) {
    const { featureSets, folder } = await openFeatures(context, workspace, 'features list', undefined)
    const sets = await Promise.all(
      Object.entries(featureSets).map(async ([name, definition]) => {
        const versions = await listBuilt(folder, name)
        return { name, definition, versionCount: versions.length, latest: versions[0] }
      }),
    )
    if (json) {
      const rows = sets.map(({ name, definition, versionCount, latest }): ListedFeatureSet => ({
        name,
        entities: definition.entities,
        ...(definition.owner === undefined ? {} : { owner: definition.owner }),
        ...(definition.description === undefined ? {} : { description: definition.description }),
        versionCount,
        ...(latest === undefined ? {} : { latest: toListed(folder, latest) }),
      }))
      return void context.stdout.write(toJson({ featureSets: rows }))
    }
    const rows = sets.map(({ name, definition: { entities, owner = '', description = '' }, versionCount, latest }) => [
      name,
      entities.join(', '),
      String(versionCount),
      latest?.version.slice(0, 8) ?? '',
      latest === undefined ? '' : String(latest.table.rowCount),
      latest === undefined ? '' : formatAge(context.now() - latest.builtTime),
      owner,
      description.trim(),
    ])
    const columns = [
      { title: 'FEATURE SET' },
      { title: 'KEYS' },
      { title: 'VERSIONS', align: 'right' as const },
      { title: 'LATEST' },
      { title: 'ROWS', align: 'right' as const },
      { title: 'BUILT' },
      { title: 'OWNER', minWidth: 8 },
      { title: 'DESCRIPTION', minWidth: 12 },
    ]
    context.stdout.write(formatTable(columns, rows, context.stdout.columns))
  },
})

function toListed(folder: string, { featureSet, version, builtTime, table }: BuiltVersion): ListedVersion {
  const { table: path } = versionFiles(folder, featureSet, version)
  return { version, builtTime, rowCount: table.rowCount, path }
}
