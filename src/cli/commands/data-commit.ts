import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data commit',
  summary: 'Takes what has become of the data into the cache and the .dvc files.',
  details: `Without a path: everything that a .dvc file stands for. What is missing in the workspace, and imports, stay as
they are. Git's own commit of the .dvc files is left to you.`,
  example: 'runwright data commit data/images',
  options: {},
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { operands, json, workspace }) {
    const { commitPaths } = await import('../../data/commit.ts')
    using data = await openData(context, workspace)
    const paths = operands.length === 0 ? undefined : data.toPaths(operands)
    const { committed, skipped } = await commitPaths(data.repository, paths, data.work, context.env)
    data[Symbol.dispose]()
    if (json) {
      context.stdout.write(toJson({ committed, skipped }))
      return
    }
    for (const { path, sizeBytes, isChanged } of committed) {
      context.stdout.write(`${printable(path)}: ${isChanged ? formatSize(sizeBytes ?? 0) : 'as it was'}\n`)
    }
    for (const { path, reason } of skipped) context.stdout.write(`${printable(path)}: left alone, ${reason}\n`)
  },
})
