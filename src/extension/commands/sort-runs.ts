import { defineCommand } from '../command.ts'
import { loadKnownKeys } from '../known-keys.ts'
import type { Sort } from '../tree/view-options.ts'
import { localize } from '../localize.ts'

interface Choice {
  readonly label: string
  readonly description?: string
  readonly sort: Sort | null
}

const attributeChoices = (): readonly Choice[] => [
  { label: localize('Newest first'), sort: null },
  { label: localize('Oldest first'), sort: { kind: 'attribute', key: 'start_time', descending: false } },
  { label: localize('Name'), sort: { kind: 'attribute', key: 'run_name', descending: false } },
  { label: localize('Status'), sort: { kind: 'attribute', key: 'status', descending: false } },
]

function choicesOf(kind: 'metric' | 'param', key: string): readonly Choice[] {
  const what = kind === 'metric' ? localize('metric') : localize('param')
  return [
    {
      label: `${key} ↓`,
      description: localize('{what}, highest first', { what }),
      sort: { kind, key, descending: true },
    },
    {
      label: `${key} ↑`,
      description: localize('{what}, lowest first', { what }),
      sort: { kind, key, descending: false },
    },
  ]
}

export default defineCommand({
  id: 'runwright.sortRuns',
  title: 'Sort Runs By…',
  icon: '$(sort-precedence)',
  when: 'runwright.connectionCount > 0',
  titleBar: '1_arrange@1',
  async run(context) {
    const load = async () => {
      const { metrics, params } = await loadKnownKeys(context)
      const keyed = [
        ...metrics.flatMap((key) => choicesOf('metric', key)),
        ...params.flatMap((key) => choicesOf('param', key)),
      ]
      return [...attributeChoices(), ...keyed]
    }
    const { window } = context.vscode
    const chosen = await window.showQuickPick(load(), { title: localize('Sort Runs By'), matchOnDescription: true })
    if (chosen) await context.explorer.setOptions({ sort: chosen.sort })
  },
})
