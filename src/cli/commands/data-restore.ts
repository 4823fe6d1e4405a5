import { chooseVersion, versionOptions } from '../choose-version.ts'
import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data restore',
  summary: 'Makes an earlier version of data current in the work tree: of a commit, a run or a model.',
  details: `The .dvc file and the data change; git's index and branch stay. What was renamed since is found by its name of then,
and keeps that of today. Nothing is changed where the cache lacks the version ("runwright data fetch"), or where something
would be lost that is in no commit or no cache.`,
  example: 'runwright data restore data/train --run calm-otter-42',
  options: {
    ...versionOptions,
    force: { type: 'boolean', short: 'f', summary: 'Give up what is in no commit and in no cache' },
  },
  operands: { usage: 'PATH', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { restorePath } = await import('../../data/restore.ts')
    using data = await openData(context, workspace)
    const [path = ''] = data.toPaths(operands)
    const source = await chooseVersion('data restore', options, context, workspace)
    const how = { path, source, isForced: options.force }
    const restored = await restorePath(data.repository, how, data.work, context.env)
    data[Symbol.dispose]()
    if (json) return void context.stdout.write(toJson(restored))
    const { isChanged, commit, hash = '' } = restored
    const what = isChanged ? 'is now' : 'was and is'
    context.stdout.write(`${printable(path)} ${what} as ${commit.slice(0, 10)} has it (${hash.slice(0, 8)}).\n`)
  },
})
