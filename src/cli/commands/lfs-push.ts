import { pushLfsObjects } from '../../lfs/push.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand, reportFailures, toJsonFailures } from '../lfs-command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs push',
  summary: 'Sends the contents of Git LFS that commits need to the server.',
  details: `"git push" can follow: servers take commits of Git LFS only with their contents. What no branch of the remote has, by
what git knows of it, is sent; where Git LFS is installed, "git push" does all this by itself.`,
  example: 'runwright lfs push main',
  options: {
    remote: { type: 'string', value: 'NAME', summary: "To this remote. Default: the branch's, else origin" },
    all: { type: 'boolean', summary: 'Of the whole history, also what the remote should have' },
  },
  operands: { usage: '[REV…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands: [], json })
    const { repository, lfs, work } = command
    const revisions = operands.length === 0 ? ['HEAD'] : operands
    const wanted = { revisions, remote: options.remote, isWhole: options.all }
    const result = await pushLfsObjects(repository, wanted, lfs, work)
    command[Symbol.dispose]()
    const failures = result.failures.map(({ pointer, error }) => ({
      path: `object ${pointer.oid.slice(0, 10)}`,
      error,
    }))
    const sentBytes = result.transferred.reduce((sum, each) => sum + each.sizeBytes, 0)
    if (json) {
      const counts = { sent: result.transferred.length, sentBytes, unneeded: result.unneeded.length }
      context.stdout.write(toJson({ ...counts, failures: toJsonFailures(failures) }))
    } else {
      const there = result.unneeded.length === 0 ? '' : `; ${result.unneeded.length} were there`
      context.stdout.write(`Sent ${result.transferred.length} contents (${formatSize(sentBytes)})${there}.\n`)
    }
    return reportFailures(context, json ? [] : failures) || (failures.length > 0 ? 1 : 0)
  },
})
