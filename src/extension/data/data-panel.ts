import * as vscode from 'vscode'
import { parseDataStatus } from '../../protocol/data-status.ts'
import type { CommandContext, DataPanel } from '../context.ts'
import { openDataView } from '../views/data-view.ts'
import { askCommandLine } from './command-line.ts'
import { createDataFeed } from './data-feed.ts'
import { openDecorations } from './decorations.ts'
import { findRepositories } from './find-repositories.ts'
import { openSourceControls } from './source-control.ts'
import { watchData } from './watch-data.ts'

export interface OpenDataPanel extends DataPanel, vscode.Disposable {
  /** Looks for repositories from now on. */
  start(): void
}

/**
 * The data of the workspace wherever VS Code shows something of it: our view, the explorer's marks and source control.
 *
 * @param context asked for late, because it holds this
 */
export function openDataPanel(context: () => Pick<CommandContext, 'cli' | 'log'>): OpenDataPanel {
  const view = openDataView(() => feed)
  const decorations = openDecorations()
  const controls = openSourceControls()
  const feed = createDataFeed({
    listRoots: findRepositories,
    async readStatus(root) {
      const status = await askCommandLine(context().cli, { folder: root, words: ['data', 'status'] })
      return parseDataStatus(status, '')
    },
    changed() {
      const repositories = feed.list() ?? []
      view.changed()
      decorations.update(repositories)
      controls.update(repositories)
    },
    failed: (root, error) => context().log.warn(`data of ${root}:`, error),
  })
  const failed = (error: unknown) => context().log.error('data:', error)
  const watching = watchData(feed, failed)
  const subscriptions = vscode.Disposable.from(view, decorations, controls, watching)
  return {
    start: () => void feed.reload().catch(failed),
    selection: () => view.selection(),
    repositories: feed.list,
    reload: feed.reload,
    refresh: feed.refresh,
    setStatus: feed.setStatus,
    dispose: () => subscriptions.dispose(),
  }
}
