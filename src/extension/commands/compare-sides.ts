import { defineCommand } from '../command.ts'
import { isDataConflict } from '../data/element.ts'
import { compareSides } from '../data/merge-file.ts'

export default defineCommand({
  id: 'runwright.compareSides',
  title: 'Compare Ours with Theirs',
  icon: '$(diff)',
  view: 'data',
  appliesTo: 'viewItem =~ /^conflict/',
  menu: '2_compare@1',
  accepts: isDataConflict,
  takes: 'one',
  async run(context, [element]) {
    compareSides(context, element)
  },
})
