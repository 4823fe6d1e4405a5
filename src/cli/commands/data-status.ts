import type { DataStatus, OutStatus } from '../../protocol/data-status.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import type { CliContext } from '../context.ts'
import { openData, type OpenedData } from '../open-data.ts'
import { formatInteger } from '../../protocol/quantities.ts'
import { printable, toJson } from '../text.ts'

/** More names than this are counted only; --json has more of them. */
const shownNames = 20

export default defineCliCommand({
  name: 'data status',
  summary: 'Shows how the data in the workspace stands to its .dvc files.',
  example: 'runwright data status data/images',
  options: {
    remote: { type: 'boolean', summary: 'Ask the remotes too what they lack' },
    'exit-code': {
      type: 'boolean',
      summary: 'End with 1 when something differs, or is not in the cache or the remote',
    },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { readStatus } = await import('../../data/status.ts')
    using data = await openData(context, workspace)
    const paths = operands.length === 0 ? undefined : data.toPaths(operands)
    const seen = await readStatus(data.repository, paths, data.work, context.env)
    const lacking = options.remote ? await findLacking(context, data, paths) : undefined
    data[Symbol.dispose]()
    const outs = seen.map((out) => withRemote(out, lacking?.get(out.path)))
    const odd = outs.filter(isOdd)
    const status: DataStatus = { root: data.repository.root, outs }
    context.stdout.write(json ? toJson(status) : formatStatus(outs, odd))
    return options['exit-code'] && odd.length > 0 ? exitCodes.failed : exitCodes.ok
  },
})

async function findLacking(
  { env }: CliContext,
  { repository, work }: OpenedData,
  paths: readonly string[] | undefined,
) {
  const { readRemoteStatus } = await import('../../data/remote-status.ts')
  return readRemoteStatus(repository, { paths, remote: undefined, env }, work)
}

function withRemote(out: OutStatus, notInRemote: number | undefined): OutStatus {
  return notInRemote === undefined ? out : { ...out, notInRemote }
}

function isOdd({ state, notInCache, notInRemote = 0 }: OutStatus): boolean {
  return state !== 'clean' || notInCache.count > 0 || notInRemote > 0
}

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
    ...(count > shownNames ? [`  ${word}: ${formatInteger(count - shownNames)} more\n`] : []),
  ])
  const lack = out.notInRemote ?? 0
  const remote = lack > 0 ? [`  not in the remote: ${formatInteger(lack)} ${lack === 1 ? 'object' : 'objects'}\n`] : []
  return [`${printable(path)}: ${state}\n`, ...lines, ...remote]
}
