import { toFileName } from '../../git/git-path.ts'
import { pullLfsFiles } from '../../lfs/pull.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand, reportFailures, toFailures, toJsonFailures } from '../lfs-command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs pull',
  summary: 'Brings contents of Git LFS, and puts them in the places of their pointers.',
  details: `Git LFS need not be installed. Only files that are pointers are written: one that you have changed stays. The index
keeps its pointers, and "git status" calls the files unchanged. Where Git LFS is not installed, take "runwright lfs add --stage"
rather than "git add" for a file that you change later: "git add" would commit its content.`,
  example: 'runwright lfs pull models/',
  options: {
    remote: { type: 'string', value: 'NAME', summary: "From this remote. Default: the branch's, else origin" },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands, json })
    const { repository, paths, lfs, work } = command
    const result = await pullLfsFiles(repository, { paths, remote: options.remote }, lfs, work)
    command[Symbol.dispose]()
    const failures = toFailures(result.failures)
    const fetchedBytes = result.fetched.reduce((sum, each) => sum + each.sizeBytes, 0)
    if (json) {
      const checkedOut = result.checkedOut.map(({ path }) => toFileName(path))
      const counts = { files: result.files.length, fetched: result.fetched.length, fetchedBytes }
      const isIndexFresh = result.indexError === undefined
      context.stdout.write(toJson({ ...counts, checkedOut, isIndexFresh, failures: toJsonFailures(failures) }))
    } else {
      const fetched = `Fetched ${result.fetched.length} contents (${formatSize(fetchedBytes)})`
      context.stdout.write(`${fetched}, wrote ${result.checkedOut.length} of ${result.files.length} files.\n`)
      if (result.indexError !== undefined) context.stderr.write(`${indexWarning} ${result.indexError.message}\n`)
    }
    return reportFailures(context, json ? [] : failures) || (failures.length > 0 ? 1 : 0)
  },
})

const indexWarning = 'runwright: "git status" may call these files changed, since the index could not be refreshed.'
