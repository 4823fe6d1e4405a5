import { englishLineage, formatLineage, formatMermaid } from '../../protocol/lineage-text.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { findLineageStart } from '../find-lineage-start.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lineage',
  summary: 'Shows what a run, data or a model version came of, and what came of it.',
  details: `NAME is a run (its name or id), data under version control (its path; PATH@REV as a commit, branch or tag has
it; or its hash), or a model version (MODEL/VERSION, or models:/MODEL@ALIAS). --mermaid prints a diagram for Markdown.`,
  example: 'runwright lineage data/train.csv --down',
  options: {
    up: { type: 'boolean', summary: 'Only what it came of' },
    down: { type: 'boolean', summary: 'Only what came of it' },
    depth: { type: 'string', value: 'COUNT', summary: 'How far to go, 1 to 50. Default: 10' },
    limit: { type: 'string', value: 'COUNT', summary: 'How much to show at most, 1 to 2000. Default: 300' },
    mermaid: { type: 'boolean', summary: 'Print a diagram as Mermaid draws it' },
  },
  operands: { usage: 'NAME', min: 1, max: 1 },
  async run(context, { options, operands: [text = ''], json, workspace }) {
    const direction = options.up === options.down ? 'both' : options.up ? 'up' : 'down'
    const [depth, limit] = [readCount('depth', options.depth, 50), readCount('limit', options.limit, 2000)]
    await using client = await context.connect(workspace)
    const start = await findLineageStart(client, { text, cwd: context.cwd, env: context.env })
    const graph = await client.call('lineage/of', {
      ...start,
      direction,
      ...(depth === undefined ? {} : { depth }),
      ...(limit === undefined ? {} : { limit }),
    })
    if (json) context.stdout.write(toJson(graph))
    else context.stdout.write(options.mermaid ? formatMermaid(graph) : formatLineage(graph, englishLineage, printable))
  },
})

function readCount(name: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= max) return value
  throw usageError('lineage', `--${name} ${text} is no whole number from 1 to ${max}.`)
}
