import { defineCommand } from '../command.ts'
import { isMoreElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.loadMore',
  title: 'Load More Runs',
  inPalette: false,
  appliesTo: 'viewItem == more',
  accepts: isMoreElement,
  takes: 'one',
  async run({ explorer }, [more]) {
    await explorer.loadMore(more.experiment)
  },
})
