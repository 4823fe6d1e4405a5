import path from 'node:path'
import { parseFeatureReferences } from '../../features/feature-reference.ts'
import { joinFeatures } from '../../features/join-features.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { computeOptions, nameOptions, openFeatures } from '../feature-options.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'features join',
  summary:
    'Makes a training set: to each row of a table the features that held at its event time, and none from later.',
  details: `SET takes all features of a set, SET:FEATURE,FEATURE some. Sets that have changed are built first.
The table of entities has the keys of the sets and a column of event times; its other columns, labels for example,
are kept, as are the order and the number of its rows. Tables are Parquet, CSV or JSON lines, by the ending.
A time without a zone is in UTC. The file is written complete or not at all.`,
  example: 'runwright features join user_stats shop_stats:rating --entities labels.csv --output train.parquet',
  options: {
    entities: { type: 'string', short: 'e', value: 'FILE', summary: 'The table of keys, event times and labels' },
    timestamp: {
      type: 'string',
      value: 'COLUMN',
      summary: 'Its column of event times. Default: event_timestamp, or the only column of times',
    },
    output: { type: 'string', short: 'o', value: 'FILE', summary: 'Where to write; replaced when it is there' },
    ...nameOptions,
    ...computeOptions,
  },
  operands: { usage: 'SET…', min: 1, max: 1000 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { entities, output, timestamp } = options
    if (entities === undefined) throw usageError('features join', '--entities is missing.')
    if (output === undefined) throw usageError('features join', '--output is missing.')
    const features = await openFeatures(context, workspace, 'features join', options.memory)
    const target = path.resolve(context.cwd, output)
    const { rowCount, columns, featureSets, ...result } = await joinFeatures(features, {
      features: parseFeatureReferences(operands),
      entityTable: path.resolve(context.cwd, entities),
      timestamp,
      names: options['full-feature-names'] ? 'full' : 'short',
      output: target,
    })
    if (json) {
      return void context.stdout.write(toJson({ path: target, rowCount, columns, ...result, featureSets }))
    }
    context.stdout.write(`${output}: ${rowCount} rows, ${columns.length} columns\n`)
    for (const { featureSet, version, matchedCount } of featureSets) {
      context.stdout.write(`  ${featureSet} ${version.slice(0, 8)}: features for ${matchedCount} of ${rowCount} rows\n`)
    }
  },
})
