import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remove',
  summary: 'Takes data out of version control; the data itself stays.',
  details: `Removes the .dvc file and the line in .gitignore. Links to the cache become files of their own. With --outs the data
goes from the workspace, too, unless the cache does not have it as it is now. "runwright data gc" frees the cache.`,
  example: 'runwright data remove data/old.csv',
  options: {
    outs: { type: 'boolean', summary: 'Delete the data from the workspace, too' },
    force: { type: 'boolean', short: 'f', summary: 'With --outs: also data that is in no cache' },
  },
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { removePaths } = await import('../../data/remove.ts')
    using data = await openData(context, workspace)
    const how = { paths: data.toPaths(operands), isWithData: options.outs, isForced: options.force }
    const removed = await removePaths(data.repository, how, data.work, context.env)
    data[Symbol.dispose]()
    if (json) return void context.stdout.write(toJson({ removed }))
    for (const { pointer, paths } of removed) {
      const what = options.outs ? 'and its data' : `; ${paths.map(printable).join(', ')} stays in the workspace`
      context.stdout.write(`Removed ${printable(pointer)}${options.outs ? ' ' : ''}${what}.\n`)
    }
  },
})
