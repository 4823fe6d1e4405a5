import { fetchLfsFiles } from '../../lfs/fetch.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand, reportFailures, toFailures, toJsonFailures } from '../lfs-command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs fetch',
  summary: 'Brings contents of Git LFS into .git/lfs; the work tree stays as it is.',
  details: `Git LFS need not be installed. Who may read is asked of git's credential helpers, as "git fetch" does. What was
broken off goes on where it was. "runwright lfs pull" also puts the contents in their places.`,
  example: 'runwright lfs fetch --rev main models/',
  options: {
    rev: { type: 'string', value: 'REV', summary: 'Of this commit, branch or tag, rather than of the index' },
    remote: { type: 'string', value: 'NAME', summary: "From this remote. Default: the branch's, else origin" },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands, json })
    const { repository, paths, lfs, work } = command
    const wanted = { revision: options.rev, paths, remote: options.remote }
    const result = await fetchLfsFiles(repository, wanted, lfs, work)
    command[Symbol.dispose]()
    const failures = toFailures(result.failures)
    const sizeBytes = result.fetched.reduce((sum, each) => sum + each.sizeBytes, 0)
    if (json) {
      const counts = { files: result.files.length, fetched: result.fetched.length, fetchedBytes: sizeBytes }
      context.stdout.write(toJson({ ...counts, failures: toJsonFailures(failures) }))
    } else {
      const known = result.files.length === 1 ? '1 file' : `${result.files.length} files`
      context.stdout.write(
        `Fetched ${result.fetched.length} contents (${formatSize(sizeBytes)}) for ${known} of Git LFS.\n`,
      )
    }
    return reportFailures(context, json ? [] : failures) || (failures.length > 0 ? 1 : 0)
  },
})
