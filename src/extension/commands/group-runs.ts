import { defineCommand } from '../command.ts'
import { loadKnownKeys } from '../known-keys.ts'
import type { GroupBy } from '../tree/view-options.ts'
import { localize } from '../localize.ts'

interface Choice {
  readonly label: string
  readonly description?: string
  readonly groupBy: GroupBy | null
}

function choiceOf(kind: 'param' | 'tag', key: string): Choice {
  return { label: key, description: kind === 'param' ? localize('param') : localize('tag'), groupBy: { kind, key } }
}

export default defineCommand({
  id: 'runwright.groupRuns',
  title: 'Group Runs By…',
  icon: '$(list-tree)',
  when: 'runwright.connectionCount > 0',
  titleBar: '1_arrange@2',
  async run(context) {
    const load = async (): Promise<readonly Choice[]> => {
      const { params, tags } = await loadKnownKeys(context)
      return [
        { label: localize('No groups'), groupBy: null },
        { label: localize('Status'), groupBy: { kind: 'status', key: 'status' } },
        ...params.map((key) => choiceOf('param', key)),
        ...tags.map((key) => choiceOf('tag', key)),
      ]
    }
    const { window } = context.vscode
    const chosen = await window.showQuickPick(load(), { title: localize('Group Runs By'), matchOnDescription: true })
    if (chosen) await context.explorer.setOptions({ groupBy: chosen.groupBy })
  },
})
