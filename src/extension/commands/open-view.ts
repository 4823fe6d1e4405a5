import { basename } from 'node:path'
import { defineCommand } from '../command.ts'
import { listViewPaths, readView } from '../../views/view-file.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.openView',
  title: 'Open Saved View…',
  when: 'runwright.folderConnectionCount > 0',
  titleBar: '1_arrange@4',
  async run(context) {
    const { vscode, comparisons } = context
    const views = await listViews(context)
    if (views.length === 0) {
      await vscode.window.showInformationMessage(localize('No view is saved yet: “Save View” in a comparison does it.'))
      return
    }
    const picked = await vscode.window.showQuickPick(views, { title: localize('Open Saved View') })
    if (picked === undefined) return
    const view = await readView(picked.path)
    // A file that was copied or renamed goes by its name.
    await comparisons.open(picked.connectionId, { ...view, title: picked.label }, picked.path)
  },
})

async function listViews({ connections }: CommandContext) {
  const lists = connections.list().map(async ({ id, place }) => {
    const paths = place.kind === 'folder' ? await listViewPaths(place.path) : []
    return paths.map((path) => ({
      label: basename(path, '.json'),
      description: connections.list().length > 1 ? place.label : '',
      path,
      connectionId: id,
    }))
  })
  return (await Promise.all(lists)).flat()
}
