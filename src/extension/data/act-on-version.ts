import { relative } from 'node:path'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { performData } from './perform-data.ts'

/** Asks what is to be done with an earlier version. @param commit that has it */
export async function actOnVersion(
  context: CommandContext,
  { root, path }: { readonly root: string; readonly path: string },
  commit: string,
): Promise<void> {
  const compare = { label: localize('Compare with the Workspace'), iconPath: new context.vscode.ThemeIcon('diff') }
  const restore = { label: localize('Restore This Version'), iconPath: new context.vscode.ThemeIcon('history') }
  const title = localize('Version {commit} of {name}', { commit: commit.slice(0, 10), name: relative(root, path) })
  const picked = await context.vscode.window.showQuickPick([compare, restore], { title })
  if (picked === compare) context.dataPages.compare({ root, path, from: commit })
  if (picked === restore) {
    await performData(context, {
      title: restore.label,
      root,
      words: ['data', 'restore', '--rev', commit],
      operands: [path],
    })
  }
}
