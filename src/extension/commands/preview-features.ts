import { defineCommand } from '../command.ts'
import { isFeatureTable } from '../features/element.ts'
import { openTable } from '../features/open-table.ts'

export default defineCommand({
  id: 'runwright.previewFeatures',
  title: 'Preview Table',
  icon: '$(table)',
  when: 'isWorkspaceTrusted',
  view: 'data',
  appliesTo: 'viewItem =~ /^feature-(set built|version)/',
  menu: ['inline@2', '1_features@3'],
  accepts: isFeatureTable,
  takes: 'one',
  async run(context, [element]) {
    const path = element.kind === 'data-feature-version' ? element.built.path : element.featureSet.latest?.path
    if (path !== undefined) await openTable(context, path)
  },
})
