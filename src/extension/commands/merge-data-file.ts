import { defineCommand } from '../command.ts'
import { isDataConflict } from '../data/element.ts'
import { mergeFile } from '../data/merge-file.ts'

export default defineCommand({
  id: 'runwright.mergeDataFile',
  title: 'Merge File',
  icon: '$(git-merge)',
  view: 'data',
  appliesTo: 'viewItem =~ /^conflict/',
  menu: ['inline@1', '1_resolve@0'],
  accepts: isDataConflict,
  takes: 'one',
  run: (context, [element]) => mergeFile(context, element),
})
