import { findTag, type Tag } from '../../protocol/runs.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'runs tag',
  summary: 'Sets and removes tags of runs.',
  details: 'Removing a tag that a run does not have changes nothing.',
  example: 'runwright runs tag calm-otter-42 --set stage=candidate --remove draft',
  options: {
    set: { type: 'string', short: 's', value: 'KEY=VALUE', multiple: true, summary: 'Set this tag' },
    remove: { type: 'string', short: 'r', value: 'KEY', multiple: true, summary: 'Remove this tag' },
  },
  operands: { usage: 'RUN…', min: 1, max: Infinity },
  async run(context, { options, operands, json, workspace }) {
    const set = options.set.map(parseTag)
    const { remove } = options
    if (set.length + remove.length === 0) throw usageError('runs tag', 'Give --set KEY=VALUE or --remove KEY.')
    const both = set.find(({ key }) => remove.includes(key))
    if (both !== undefined) throw usageError('runs tag', `"${both.key}" is both set and removed.`)
    await using client = await context.connect(workspace)
    const runIds = await Promise.all(operands.map((text) => findRun(client, text)))
    const runs = await Promise.all(runIds.map((runId) => client.call('runs/get', { runId })))
    for (const { run } of runs) {
      const { runId } = run
      const present = remove.filter((key) => findTag(run, key) !== undefined)
      for (const tag of set) await client.call('runs/set-tag', { runId, ...tag })
      for (const key of present) await client.call('runs/delete-tag', { runId, key })
    }
    context.stdout.write(
      json ? toJson({ runIds, set, removed: remove }) : runIds.map((id) => `Tagged ${id}\n`).join(''),
    )
  },
})

function parseTag(word: string): Tag {
  const equals = word.indexOf('=')
  if (equals < 1) throw usageError('runs tag', `--set ${word}: expected KEY=VALUE.`)
  return { key: word.slice(0, equals), value: word.slice(equals + 1) }
}
