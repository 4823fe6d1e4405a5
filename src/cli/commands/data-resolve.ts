import path from 'node:path'
import type { Side } from '../../data/merge.ts'
import type { DataMerge } from '../../protocol/data-merge.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import { formatConflicts, formatExtracted } from '../data-conflicts.ts'
import { openData, type OpenedData } from '../open-data.ts'
import type { CliContext } from '../context.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data resolve',
  summary: 'Decides which files of a folder to take, where two branches have changed the same ones.',
  details: `In the middle of a merge, a rebase or a cherry-pick of git. Without FILE all that is open is decided; without a side
the files in conflict are listed. With --both theirs is kept beside ours, as NAME.theirs.csv for instance. --extract writes
the versions of FILE and, of a text, their lines merged, and says where; --file takes what you have made of them. Once all
is decided, PATH.dvc is written: add it to git's index then, or say --stage. Exits with 1 while something is open.`,
  example: 'runwright data resolve data/train labels.csv --theirs',
  options: {
    ours: { type: 'boolean', summary: 'Take the file of the branch that is checked out' },
    theirs: { type: 'boolean', summary: 'Take the file of the branch that is merged' },
    both: { type: 'boolean', summary: 'Keep both, theirs under another name' },
    file: { type: 'string', value: 'MERGED', summary: 'Take this file in the place of FILE' },
    extract: { type: 'boolean', summary: 'Write the versions of FILE, and their lines merged, to files of their own' },
    'dry-run': { type: 'boolean', summary: 'Tell what is in conflict, and write nothing where nothing is' },
    stage: { type: 'boolean', summary: 'Add the .dvc file to git’s index once all is decided' },
  },
  operands: { usage: 'PATH [FILE…]', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands: [given = '', ...files], json, workspace }) {
    const { file, extract, stage } = options
    const [side, ...more] = (['ours', 'theirs', 'both', 'file', 'extract'] as const).filter((name) => options[name])
    if (more.length > 0) throw usageError('data resolve', `Give one of --${[side, ...more].join(' and --')}.`)
    using data = await openData(context, workspace)
    const [target = ''] = data.toPaths([given])
    if (extract) return extractFile(context, data, { path: target, files, json })
    if (options['dry-run'] && (side !== undefined || stage)) {
      throw usageError('data resolve', '--dry-run decides nothing: leave the other options away.')
    }
    if (side === undefined && files.length > 0) {
      throw usageError('data resolve', 'Give --ours, --theirs, --both, --file MERGED or --extract.')
    }
    const { resolveMerge } = await import('../../data/resolve.ts')
    const made = file === undefined ? undefined : path.resolve(context.cwd, file)
    const how = {
      env: context.env,
      path: target,
      files,
      side: toSide(side),
      made,
      isStaged: stage,
      isDry: options['dry-run'],
    }
    const resolved = await resolveMerge(data.repository, how, data.work)
    context.stdout.write(json ? toJson(resolved) : formatResolved(resolved, options))
    return resolved.isDone ? exitCodes.ok : exitCodes.failed
  },
})

function toSide(name: Side | 'file' | 'extract' | undefined): Side | undefined {
  return name === 'file' || name === 'extract' ? undefined : name
}

async function extractFile(
  context: CliContext,
  data: OpenedData,
  { path: target, files, json }: { readonly path: string; readonly files: readonly string[]; readonly json: boolean },
): Promise<void> {
  if (files.length > 1) throw usageError('data resolve', '--extract takes one FILE.')
  const { extractConflict } = await import('../../data/extract-conflict.ts')
  const how = { env: context.env, path: target, file: files[0] ?? '' }
  const extracted = await extractConflict(data.repository, how, data.work)
  context.stdout.write(json ? toJson(extracted) : formatExtracted(target, extracted))
}

function formatResolved(
  { pointer, conflicts, isDone }: DataMerge,
  options: Readonly<Record<'stage' | 'dry-run', boolean>>,
): string {
  if (!isDone) return formatConflicts(pointer, conflicts)
  if (options['dry-run'])
    return `Nothing is in conflict in ${pointer}: "runwright data resolve ${pointer}" merges it.\n`
  const git = options.stage ? 'Git knows, ' : `"git add ${pointer}" tells git so, `
  return `Nothing is in conflict in ${pointer} any more. ${git}and "runwright data checkout" brings its data.\n`
}
