import { compareFiles, compareFolders, type CompareOptions } from '../../data/content-diff.ts'
import { formatDataDiff } from '../../data/content-diff-markdown.ts'
import { findDiffCacheFolder, type FoundData, findData } from '../compared-data.ts'
import { defineCliCommand, usageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data compare',
  summary: 'Shows what changed between two files or folders: rows, columns, weights, images, sounds, texts.',
  details: `Tables are CSV, TSV, JSON lines and Parquet files. Their rows are matched by the columns given with --key, else by a
column that has no value twice, else by all their values. Of ONNX and safetensors models graph and weights are compared;
pickles are never loaded. The output is Markdown.`,
  example: 'runwright data compare train-old.parquet train.parquet --key id',
  options: {
    key: {
      type: 'string',
      value: 'COLUMN',
      multiple: true,
      summary: 'Match rows by this column; several make one key',
    },
  },
  operands: { usage: 'OLD NEW', min: 2, max: 2 },
  async run(context, { options, operands, json, workspace }) {
    const [old, now] = await findBoth(context, operands)
    const cacheFolder = await findDiffCacheFolder(workspace)
    const compare: CompareOptions = {
      signal: context.signal,
      progress: () => undefined,
      key: options.key,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
    }
    if (old.type === 'file' && now.type === 'file') {
      const diff = await compareFiles(old.file, now.file, compare)
      context.stdout.write(json ? toJson(diff) : formatDataDiff(diff))
    } else if (old.type === 'folder' && now.type === 'folder') {
      const diff = await compareFolders(await old.listFiles(), await now.listFiles(), compare)
      context.stdout.write(json ? toJson(diff) : formatDataDiff(diff))
    } else throw usageError('data compare', 'OLD and NEW are a file and a folder.')
  },
})

async function findBoth(context: CliContext, [old = '', now = '']: readonly string[]): Promise<[FoundData, FoundData]> {
  return [await findData(context, old), await findData(context, now)]
}
