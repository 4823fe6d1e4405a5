import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'
import { formatInteger } from '../../protocol/quantities.ts'

export default defineCliCommand({
  name: 'data checkout',
  summary: 'Makes the data in the workspace what the .dvc files say.',
  details: `After "git checkout", for instance. Files that are in no cache are never overwritten or removed: then nothing is
changed and they are named. --force gives them up.`,
  example: 'runwright data checkout data/images',
  options: {
    force: { type: 'boolean', short: 'f', summary: 'Overwrite and remove files whose contents are kept nowhere' },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { checkoutPaths } = await import('../../data/checkout.ts')
    using data = await openData(context, workspace)
    const paths = operands.length === 0 ? undefined : data.toPaths(operands)
    const how = { paths, isForced: options.force }
    const done = await checkoutPaths(data.repository, how, data.work, context.env)
    data[Symbol.dispose]()
    if (json) {
      context.stdout.write(toJson({ checkedOut: done }))
      return
    }
    for (const { path, added, changed, removed } of done) {
      const counts = Object.entries({ added, changed, removed }).filter(([, count]) => count > 0)
      const what = counts.map(([word, count]) => `${formatInteger(count)} ${word}`).join(', ')
      context.stdout.write(`${printable(path)}: ${what === '' ? 'as it should be' : what}\n`)
    }
  },
})
