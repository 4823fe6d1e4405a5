import { toFileName } from '../../git/git-path.ts'
import { listRevisionFiles } from '../../lfs/files.ts'
import { checkPaths } from '../../lfs/fetch.ts'
import { hasObject } from '../../lfs/objects.ts'
import { type LfsFileState, readLfsStatus } from '../../lfs/status.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand } from '../lfs-command.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs status',
  summary: 'Lists the files of Git LFS, and whether their contents are here.',
  details: `Git LFS need not be installed. A file is "content" as it should be; a "pointer" where its content was not fetched
or not written; "changed" where the work tree has something else; "missing" where it has nothing; "skipped" where a sparse
checkout leaves it out. FETCHED says whether the content is in .git/lfs, so that no server need be asked.`,
  example: 'runwright lfs status --rev v1.2 models/',
  options: {
    rev: { type: 'string', value: 'REV', summary: 'Of this commit, branch or tag, rather than of the work tree' },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands, json })
    const { repository, paths, work } = command
    const files =
      options.rev === undefined
        ? await readLfsStatus(repository, paths, work)
        : await Promise.all(
            (await listRevisionFiles(repository, options.rev, paths)).map(async (file) => ({
              ...file,
              isFetched: await hasObject(repository, file),
              state: undefined,
            })),
          )
    command[Symbol.dispose]()
    checkPaths(files, paths)
    const listed = files.map(({ path, oid, sizeBytes, isFetched, state }) => ({
      path: toFileName(path),
      ...(state === undefined ? {} : { state }),
      isFetched,
      sizeBytes,
      oid,
    }))
    if (json) return void context.stdout.write(toJson({ files: listed }))
    if (listed.length === 0) return void context.stdout.write('There are no files of Git LFS here.\n')
    context.stdout.write(formatFiles(listed, context.stdout.columns))
    const absent = listed.filter(({ state }) => state === 'pointer').length
    if (absent > 0) context.stdout.write(`${absent} without their content: "runwright lfs pull" brings it.\n`)
  },
})

interface ListedFile {
  readonly path: string
  readonly state?: LfsFileState
  readonly isFetched: boolean
  readonly sizeBytes: number
  readonly oid: string
}

function formatFiles(files: readonly ListedFile[], width: number | undefined): string {
  const columns = [
    { title: 'STATE' },
    { title: 'FETCHED' },
    { title: 'SIZE', align: 'right' },
    { title: 'OBJECT' },
    { title: 'PATH', minWidth: 16 },
  ] as const
  const rows = files.map(({ path, state, isFetched, sizeBytes, oid }) => [
    state ?? '',
    isFetched ? 'yes' : 'no',
    formatSize(sizeBytes),
    oid.slice(0, 10),
    path,
  ])
  return formatTable(columns, rows, width)
}
