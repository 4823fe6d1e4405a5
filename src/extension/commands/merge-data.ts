import { defineCommand } from '../command.ts'
import { decideConflict } from '../data/decide-conflict.ts'
import { isDataMerge } from '../data/element.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.mergeData',
  title: 'Merge Data',
  icon: '$(git-merge)',
  view: 'data',
  appliesTo: 'viewItem == merge',
  menu: ['inline@1', '1_resolve@0'],
  accepts: isDataMerge,
  takes: 'one',
  run: (context, [{ root, out }]) => decideConflict(context, { root, out, files: [] }, localize('Merge Data'), []),
})
