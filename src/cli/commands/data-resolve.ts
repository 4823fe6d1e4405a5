import type { Resolved } from '../../data/resolve.ts'
import type { Side } from '../../data/merge.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import { formatConflicts } from '../data-conflicts.ts'
import { openData } from '../open-data.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data resolve',
  summary: 'Decides which files of a folder to take, where two branches have changed the same ones.',
  details: `In the middle of a merge, a rebase or a cherry-pick of git. Without FILE all that is open is decided; without a side
the files in conflict are listed. With --both theirs is kept beside ours, as NAME.theirs.csv for instance. Once all is
decided, PATH.dvc is written: add it to git's index then. Exits with 1 while something is open.`,
  example: 'runwright data resolve data/train labels.csv --theirs',
  options: {
    ours: { type: 'boolean', summary: 'Take the file of the branch that is checked out' },
    theirs: { type: 'boolean', summary: 'Take the file of the branch that is merged' },
    both: { type: 'boolean', summary: 'Keep both, theirs under another name' },
  },
  operands: { usage: 'PATH [FILE…]', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands: [given = '', ...files], json, workspace }) {
    const { resolveMerge } = await import('../../data/resolve.ts')
    using data = await openData(context, workspace)
    const side = chooseSide(options)
    if (side === undefined && files.length > 0) throw usageError('data resolve', 'Give --ours, --theirs or --both.')
    const [path = ''] = data.toPaths([given])
    const how = { env: context.env, path, files, side }
    const { text: _, ...resolved } = await resolveMerge(data.repository, how, data.work)
    context.stdout.write(json ? toJson(resolved) : formatResolved(resolved))
    return resolved.isDone ? exitCodes.ok : exitCodes.failed
  },
})

function chooseSide(options: Readonly<Record<Side, boolean>>): Side | undefined {
  const chosen = (['ours', 'theirs', 'both'] as const).filter((side) => options[side])
  if (chosen.length > 1) throw usageError('data resolve', `Give one of --${chosen.join(' and --')}.`)
  return chosen[0]
}

function formatResolved({ pointer, conflicts, isDone }: Omit<Resolved, 'text'>): string {
  if (!isDone) return formatConflicts(pointer, conflicts)
  return `Nothing is in conflict in ${pointer} any more. "git add ${pointer}" tells git so, and "runwright data checkout" brings its data.\n`
}
