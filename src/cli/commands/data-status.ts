import type { DataStatus, OutStatus } from '../../protocol/data-status.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

/** More names than this are counted only; --json has more of them. */
const shownNames = 20

export default defineCliCommand({
  name: 'data status',
  summary: 'Shows how the data in the workspace stands to its .dvc files.',
  example: 'runwright data status data/images',
  options: {
    'exit-code': { type: 'boolean', summary: 'End with 1 when something differs or is not in the cache' },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { readStatus } = await import('../../data/status.ts')
    using data = await openData(context, workspace)
    const paths = operands.length === 0 ? undefined : data.toPaths(operands)
    const outs = await readStatus(data.repository, paths, data.work, context.env)
    data[Symbol.dispose]()
    const odd = outs.filter((out) => out.state !== 'clean' || out.notInCache.count > 0)
    const status: DataStatus = { root: data.repository.root, outs }
    context.stdout.write(json ? toJson(status) : formatStatus(outs, odd))
    return options['exit-code'] && odd.length > 0 ? exitCodes.failed : exitCodes.ok
  },
})

function formatStatus(outs: readonly OutStatus[], odd: readonly OutStatus[]): string {
  if (outs.length === 0) return 'No data is under version control yet: "runwright data add".\n'
  if (odd.length === 0) return 'The data is what its .dvc files say.\n'
  return odd.flatMap(formatOut).join('')
}

function formatOut(out: OutStatus): string[] {
  const { path, state, added, removed, changed, notInCache, edited } = out
  const groups = { added, removed, changed, 'changed through a hard link': edited, 'not in the cache': notInCache }
  const lines = Object.entries(groups).flatMap(([word, { count, paths }]) => [
    ...paths.slice(0, shownNames).map((name) => `  ${word}: ${printable(name)}\n`),
    ...(count > shownNames ? [`  ${word}: ${(count - shownNames).toLocaleString('en-US')} more\n`] : []),
  ])
  return [`${printable(path)}: ${state}\n`, ...lines]
}
