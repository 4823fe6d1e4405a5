import { compareFiles, compareFolders, type CompareOptions } from '../../data/content-diff.ts'
import { formatDataDiff } from '../../data/content-diff-markdown.ts'
import { findDiffCacheFolder, type FoundData, findData } from '../compared-data.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { describeVersion } from '../describe-version.ts'
import { openData } from '../open-data.ts'
import type { CliContext } from '../context.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data compare',
  summary: 'Shows what changed between two files, folders or versions: rows, columns, weights, images, sounds, texts.',
  details: `Tables are CSV, TSV, JSON lines, Parquet and Arrow files. Their rows are matched by the columns given with --key, else
by a column that has no value twice, else by all their values. Of ONNX and safetensors models graph and weights are compared;
pickles are never loaded. The output is Markdown.

With one PATH, of something under version control or of a file in such: what changed since the .dvc file was written,
else since the version before; or between the versions of two commits.`,
  example: 'runwright data compare train-old.parquet train.parquet --key id',
  options: {
    key: {
      type: 'string',
      value: 'COLUMN',
      multiple: true,
      summary: 'Match rows by this column; several make one key',
    },
    from: { type: 'string', value: 'REV', summary: 'With one PATH: the commit whose version is the old one' },
    to: {
      type: 'string',
      value: 'REV',
      summary: 'With one PATH: the commit whose version is the new one. Default: the workspace',
    },
  },
  operands: { usage: 'OLD NEW | PATH', min: 1, max: 2 },
  async run(context, { options, operands, json, workspace }) {
    const cacheFolder = await findDiffCacheFolder(workspace)
    const compare: CompareOptions = {
      signal: context.signal,
      progress: () => undefined,
      key: options.key,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
    }
    if (operands.length === 1) return compareWithVersion(context, operands, { ...options, json, workspace }, compare)
    if (options.from !== undefined || options.to !== undefined)
      throw usageError('data compare', '--from and --to take one PATH.')
    const [old, now] = await findBoth(context, operands)
    if (old.type === 'file' && now.type === 'file') {
      const diff = await compareFiles(old.file, now.file, compare)
      context.stdout.write(json ? toJson(diff) : formatDataDiff(diff))
    } else if (old.type === 'folder' && now.type === 'folder') {
      const diff = await compareFolders(await old.listFiles(), await now.listFiles(), compare)
      context.stdout.write(json ? toJson(diff) : formatDataDiff(diff))
    } else throw usageError('data compare', 'OLD and NEW are a file and a folder.')
  },
})

interface VersionOptions {
  readonly from: string | undefined
  readonly to: string | undefined
  readonly json: boolean
  readonly workspace: string
}

async function compareWithVersion(
  context: CliContext,
  operands: readonly string[],
  { from, to, json, workspace }: VersionOptions,
  compare: CompareOptions,
): Promise<void> {
  const { compareVersions } = await import('../../data/compare-versions.ts')
  using data = await openData(context, workspace)
  const [path = ''] = data.toPaths(operands)
  const options = { ...compare, progress: data.work.progress }
  const comparison = await compareVersions(data.repository, { path, from, to }, options, context.env)
  data[Symbol.dispose]()
  if (json) return void context.stdout.write(toJson(comparison))
  const versions = `${describeVersion(comparison.old)} → ${describeVersion(comparison.new)}`
  context.stdout.write(`${versions}\n\n${formatDataDiff(comparison.diff)}`)
}

async function findBoth(context: CliContext, [old = '', now = '']: readonly string[]): Promise<[FoundData, FoundData]> {
  return [await findData(context, old), await findData(context, now)]
}
