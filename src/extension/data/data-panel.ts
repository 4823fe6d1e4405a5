import { join } from 'node:path'
import * as vscode from 'vscode'
import { parseDataMerge } from '../../protocol/data-merge.ts'
import { parseDataStatus } from '../../protocol/data-status.ts'
import { parseFeatureSetList, parseShownFeatureSet } from '../../protocol/feature-versions.ts'
import type { CommandContext, DataPanel } from '../context.ts'
import { createFeatureFeed } from '../features/feature-feed.ts'
import { watchFeatures } from '../features/watch-features.ts'
import { openDataView } from '../views/data-view.ts'
import { askCommandLine, type CommandLineCall } from './command-line.ts'
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
  const ask = (call: CommandLineCall) => askCommandLine(context().cli, call)
  const view = openDataView({
    feed: () => feed,
    features: () => features,
    async readFeatureSet(folder, name) {
      return parseShownFeatureSet(
        await ask({ folder, words: ['features', 'show', '--workspace', folder], operands: [name] }),
        '',
      )
    },
    async readMerge(root, path) {
      return parseDataMerge(
        await ask({ folder: root, words: ['data', 'resolve', '--dry-run'], operands: [join(root, path)] }),
        '',
      )
    },
  })
  const decorations = openDecorations()
  const controls = openSourceControls()
  const feed = createDataFeed({
    listRoots: findRepositories,
    async readStatus(root) {
      return parseDataStatus(await ask({ folder: root, words: ['data', 'status'] }), '')
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
  const features = createFeatureFeed({
    listFolders: listTrustedFolders,
    async readFeatureSets(folder) {
      return parseFeatureSetList(await ask({ folder, words: ['features', 'list', '--workspace', folder] }), '')
    },
    changed: view.changed,
  })
  const reloadFeatures = () => features.reload().catch(failed)
  const watching = watchData(feed, failed)
  const watchingFeatures = watchFeatures(() => void reloadFeatures().then(view.changed))
  const subscriptions = vscode.Disposable.from(view, decorations, controls, watching, watchingFeatures)
  return {
    start() {
      void feed.reload().catch(failed)
      void reloadFeatures()
    },
    selection: () => view.selection(),
    repositories: feed.list,
    async reload() {
      await Promise.all([feed.reload(), features.reload()])
      // Which versions of features are of today is in no status.
      view.changed()
    },
    refresh: feed.refresh,
    setStatus: feed.setStatus,
    relist: view.changed,
    reloadFeatures: features.reload,
    dispose: () => subscriptions.dispose(),
  }
}

function listTrustedFolders(): readonly string[] {
  if (!vscode.workspace.isTrusted) return []
  return (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => (uri.scheme === 'file' ? [uri.fsPath] : []))
}
