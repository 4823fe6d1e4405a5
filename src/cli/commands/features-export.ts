import path from 'node:path'
import { exportFeast } from '../../features/export-feast.ts'
import { defineCliCommand } from '../command.ts'
import { computeOptions, openFeatures } from '../feature-options.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'features export',
  summary: 'Writes feature sets as a feature repository of Feast: feature views, their tables and a registry.',
  details: `DIR gets feature_store.yaml, data/registry.db and a Parquet file for each set; Feast reads them as they are.
Written again, it is replaced; a feature repository of somebody else is not.`,
  example: 'runwright features export feature_repo',
  options: {
    'feature-set': { type: 'string', value: 'SET', multiple: true, summary: 'Only this one. Default: all' },
    project: { type: 'string', value: 'NAME', summary: 'Name of the Feast project. Default: by the folder' },
    ...computeOptions,
  },
  operands: { usage: 'DIR', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [folder = ''], json, workspace }) {
    const features = await openFeatures(context, workspace, 'features export', options.memory)
    const target = path.resolve(context.cwd, folder)
    const project = options.project ?? path.basename(features.root).replaceAll(/\W/g, '_').replace(/^_+/, '')
    const named = options['feature-set']
    const views = await exportFeast(features, {
      featureSets: named.length > 0 ? named : Object.keys(features.featureSets),
      folder: target,
      project,
    })
    if (json) return void context.stdout.write(toJson({ path: target, project, featureViews: views }))
    for (const view of views) {
      context.stdout.write(`${view.featureSet} ${view.version.slice(0, 8)}: ${path.join(folder, view.path)}\n`)
    }
  },
})
