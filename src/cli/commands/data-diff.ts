import { formatDataDiff } from '../../data/content-diff-markdown.ts'
import type { OutDiff } from '../../data/diff.ts'
import { findDiffCacheFolder } from '../compared-data.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { formatOutDiffs } from '../out-diffs.ts'
import { openData } from '../open-data.ts'
import { toJson } from '../text.ts'
import { parseDiffWords } from '../diff-words.ts'

export default defineCliCommand({
  name: 'data diff',
  summary: 'Shows which data differs between two commits, or a commit and the workspace, file by file.',
  details: `REV is a commit, branch or tag: without one it is HEAD, and what is compared with it is the workspace. PATH is tracked
data or a folder above such. Files with the same contents and another name are renamed. --content also looks inside files
that the cache has: rows, columns, weights, images, sounds, texts; its output is Markdown.`,
  example: 'runwright data diff v1.0 HEAD data/train --content --key id',
  options: {
    content: { type: 'boolean', summary: 'Also what changed inside files' },
    key: { type: 'string', value: 'COLUMN', multiple: true, summary: 'With --content: match rows by this column' },
    path: { type: 'string', value: 'PATH', summary: 'PATH, where it could be taken for a REV' },
    'exit-code': { type: 'boolean', summary: 'End with 1 when something differs' },
  },
  operands: { usage: '[REV] [REV] [PATH]', min: 0, max: 3 },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    const { diffData } = await import('../../data/diff.ts')
    using data = await openData(context, workspace)
    const { revisions, path } = await parseDiffWords(data.repository, context.env, operands, options.path)
    const cacheFolder = await findDiffCacheFolder(workspace)
    const how = {
      ...data.work,
      before: revisions[0] ?? 'HEAD',
      after: revisions[1],
      path: path === undefined ? undefined : data.toPaths([path])[0],
      isWithContent: options.content,
      key: options.key,
      ...(cacheFolder === undefined ? {} : { cacheFolder }),
    }
    const outs = await diffData(data.repository, how, context.env)
    data[Symbol.dispose]()
    if (json) context.stdout.write(toJson({ outs }))
    else context.stdout.write(options.content ? formatContents(outs) : formatOutDiffs(outs))
    return options['exit-code'] && outs.length > 0 ? exitCodes.failed : exitCodes.ok
  },
})

function formatContents(outs: readonly OutDiff[]): string {
  const inside = outs.flatMap(({ path, diff }) => (diff === undefined ? [] : `\n## ${path}\n\n${formatDataDiff(diff)}`))
  return formatOutDiffs(outs) + inside.join('')
}
