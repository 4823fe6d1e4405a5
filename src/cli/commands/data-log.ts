import type { DataVersion } from '../../data/log.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { parseCount } from '../parse-count.ts'
import { formatTable } from '../table.ts'
import { formatAge, toJson } from '../text.ts'

const defaultLimit = '100'

export default defineCliCommand({
  name: 'data log',
  summary: 'Lists the versions of data through the commits, the newest first.',
  details: `PATH is a tracked file or folder, or a folder above such; without it, all there is. A rename is followed to the name
before.`,
  example: 'runwright data log data/train',
  options: {
    rev: { type: 'string', value: 'REV', summary: 'Where history begins. Default: HEAD' },
    limit: { type: 'string', short: 'n', value: 'N', summary: `At most so many versions. Default: ${defaultLimit}` },
  },
  operands: { usage: 'PATH', min: 0, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [given], json, workspace }) {
    const { logData } = await import('../../data/log.ts')
    using data = await openData(context, workspace)
    const limit = parseCount('data log', 'limit', options.limit ?? defaultLimit)
    const path = given === undefined ? undefined : data.toPaths([given])[0]
    const versions: DataVersion[] = []
    for await (const version of logData(data.repository, context.env, { path, revision: options.rev }, data.work)) {
      versions.push(version)
      if (versions.length > limit) break
    }
    const isMore = versions.length > limit
    const shown = versions.slice(0, limit)
    if (json) return void context.stdout.write(toJson({ versions: shown, isMore }))
    context.stdout.write(formatVersions(shown, context.now(), context.stdout.columns))
    if (isMore) context.stdout.write(`There are more: --limit N shows them.\n`)
  },
})

function formatVersions(versions: readonly DataVersion[], now: number, width: number | undefined): string {
  const columns = [
    { title: 'COMMIT' },
    { title: 'WHEN' },
    { title: 'AUTHOR', minWidth: 6 },
    { title: 'CHANGE' },
    { title: 'PATH', minWidth: 12 },
    { title: 'SIZE', align: 'right' },
    { title: 'FILES', align: 'right' },
    { title: 'MD5' },
    { title: 'MESSAGE', minWidth: 12 },
  ] as const
  const rows = versions.map(({ commit, authoredAt, author, subject, change, path, from, hash, ...out }) => [
    commit.slice(0, 10),
    formatAge(now - authoredAt),
    author,
    change,
    from === undefined ? path : `${from} → ${path}`,
    out.sizeBytes === undefined ? '' : formatSize(out.sizeBytes),
    String(out.fileCount ?? ''),
    hash?.slice(0, 8) ?? '',
    subject,
  ])
  return formatTable(columns, rows, width)
}
