import { type Built, buildFeatures } from '../../features/build-features.ts'
import { defineCliCommand } from '../command.ts'
import { computeOptions, openFeatures } from '../feature-options.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'features build',
  summary: 'Computes feature sets whose definition or sources have changed, with statistics of each column.',
  details: `Without SET it computes all of runwright.yaml. It runs their queries and scripts.
A version is a Parquet file below .runwright/features, named by the hash of all that went in.`,
  example: 'runwright features build user_stats',
  options: computeOptions,
  operands: { usage: 'SET…', min: 0, max: 1000 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const features = await openFeatures(context, workspace, 'features build', options.memory)
    const names = operands.length > 0 ? operands : Object.keys(features.featureSets)
    const built: Built[] = []
    for (const name of names) {
      const each = await buildFeatures(features, name)
      built.push(each)
      if (!json) context.stdout.write(`${describe(each)}\n`)
    }
    if (!json) return
    const results = built.map(({ files, isNew, ...rest }) => ({ ...rest, isNew, path: files.table }))
    context.stdout.write(toJson({ featureSets: results }))
  },
})

function describe({ featureSet, version, isNew, table, dropped, files }: Built): string {
  const { nullKeyCount, nullTimeCount, duplicateCount } = dropped
  const lost = [
    [nullKeyCount, 'without a key'],
    [nullTimeCount, 'without a time'],
    [duplicateCount, 'of a key and time that another has'],
  ] as const
  const without = lost.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`)
  return [
    `${featureSet} ${version.slice(0, 8)}: ${isNew ? 'built' : 'up to date'}, ${table.rowCount} rows`,
    ...(without.length > 0 ? [`left out: ${without.join(', ')}`] : []),
    printable(files.table),
  ].join('\n  ')
}
