import type { DamagedObject, Needer, Verified } from '../../data/verify.ts'
import { formatCount, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

/** Objects that are named to people; JSON has all. */
const shownObjects = 50

export default defineCliCommand({
  name: 'data verify',
  summary: 'Reads the data in the cache or a remote again, and names what is damaged and who needs it.',
  details: `By md5 and, where a .dvc file or a manifest has it, by SHA-256. With PATH only what that needs. --repair moves damaged
objects of the cache aside, so that "runwright data fetch" brings them anew; with --remote it removes those there that the
cache has, so that "runwright data push" sends them anew. Exits with 1 when something is damaged, or is
missing in the remote.`,
  example: 'runwright data verify --remote backup',
  options: {
    remote: { type: 'string', short: 'r', value: 'NAME', summary: 'Read this remote instead of the cache' },
    repair: { type: 'boolean', summary: 'Move damaged objects aside, to be had anew' },
  },
  operands: { usage: '[PATH…]', min: 0, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { verifyData } = await import('../../data/verify.ts')
    const { openRemote, readRemoteOptions } = await import('../../data/open-remote.ts')
    using data = await openData(context, workspace)
    const { repository, work } = data
    await using remote =
      options.remote === undefined
        ? undefined
        : await openRemote(readRemoteOptions(repository, options.remote, context.env))
    const paths = operands.length === 0 ? undefined : data.toPaths(operands)
    const how = { env: context.env, paths, remote, isRepair: options.repair }
    const verified = await verifyData(repository, how, work)
    data[Symbol.dispose]()
    context.stdout.write(json ? toJson(verified) : formatVerified(verified, remote?.label))
    const isWrong = verified.damaged.length > 0 || (remote !== undefined && verified.missing.length > 0)
    return isWrong ? exitCodes.failed : exitCodes.ok
  },
})

/** @param remote that was looked at; default: the cache */
function formatVerified({ objectCount, sizeBytes, damaged, missing }: Verified, remote: string | undefined): string {
  const place = remote ?? 'the cache'
  const gone = remote === undefined ? 'moved aside' : 'removed'
  const lines = damaged.slice(0, shownObjects).map((each) => formatDamaged(each, gone))
  const more = damaged.length > lines.length ? `… and ${damaged.length - lines.length} more\n` : ''
  const lost =
    missing.length === 0
      ? ''
      : `The work tree needs ${formatCount(missing.length, 'object')} that ${place} does not have.\n`
  const end = damaged.length === 0 ? 'none is damaged' : `${damaged.length} damaged`
  return `${lines.join('')}${more}${lost}${formatCount(objectCount, 'object')}, ${formatSize(sizeBytes)} in ${place}: ${end}.\n`
}

const problems: Readonly<Record<DamagedObject['problem'], string>> = {
  md5: 'is damaged',
  sha256: 'is not what its SHA-256 says',
  unreadable: 'cannot be read',
}

function formatDamaged({ key, problem, neededBy, isMovedAside }: DamagedObject, gone: string): string {
  const needers = neededBy.length === 0 ? ['  nothing that is known needs it\n'] : neededBy.map(formatNeeder)
  return `${key} ${problems[problem]}${isMovedAside ? `; ${gone}` : ''}\n${needers.join('')}`
}

function formatNeeder({ path, file, commit }: Needer): string {
  const name = file === undefined ? path : `${path}/${file}`
  return `  needed by ${printable(name)}${commit === undefined ? '' : ` of ${commit.slice(0, 10)}`}\n`
}
