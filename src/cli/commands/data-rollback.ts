import { defineCliCommand, usageError } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data rollback',
  summary: 'Makes an earlier version of data current, in the work tree and in a new commit.',
  details: `The commit holds the .dvc file alone, and its message says where the version is from. What else is in git's index stays
there and is not committed. Hooks of git do not run.`,
  example: 'runwright data rollback data/train --to v1.2',
  options: {
    to: { type: 'string', value: 'REV', summary: 'The commit, branch or tag whose version it is to be' },
    force: { type: 'boolean', short: 'f', summary: 'Give up data that is in no cache' },
  },
  operands: { usage: 'PATH', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    if (options.to === undefined) throw usageError('data rollback', 'Give --to REV.')
    const { rollBackPath } = await import('../../data/rollback.ts')
    using data = await openData(context, workspace)
    const [path = ''] = data.toPaths(operands)
    const source = { kind: 'revision', revision: options.to } as const
    const how = { path, source, isForced: options.force }
    const rolledBack = await rollBackPath(data.repository, how, data.work, context.env)
    data[Symbol.dispose]()
    if (json) return void context.stdout.write(toJson(rolledBack))
    const { newCommit, commit } = rolledBack
    const from = `as ${commit.slice(0, 10)} has it`
    context.stdout.write(
      newCommit === undefined
        ? `${printable(path)} was and is ${from}: there is nothing to commit.\n`
        : `Committed ${newCommit.slice(0, 10)}: ${printable(path)} is again ${from}.\n`,
    )
  },
})
