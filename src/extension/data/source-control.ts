import { join } from 'node:path'
import * as vscode from 'vscode'
import type { OutStatus } from '../../protocol/data-status.ts'
import { dataSourceControlId } from '../contributions.ts'
import { localize } from '../localize.ts'
import type { RepositoryState } from './data-feed.ts'
import { isOdd, nameState } from './data-presentation.ts'

export interface DataSourceControls extends vscode.Disposable {
  update(repositories: readonly RepositoryState[]): void
}

interface Shown {
  readonly control: vscode.SourceControl
  readonly changed: vscode.SourceControlResourceGroup
  readonly lacking: vscode.SourceControlResourceGroup
}

/** Beside git's: the data that is not as its `.dvc` files say. A repository where all is well is not shown. */
export function openSourceControls(): DataSourceControls {
  const shown = new Map<string, Shown>()

  const open = (root: string): Shown => {
    const control = vscode.scm.createSourceControl(dataSourceControlId, 'Runwright Data', vscode.Uri.file(root))
    control.inputBox.visible = false
    const group = (id: string, label: string) => {
      const made = control.createResourceGroup(id, label)
      made.hideWhenEmpty = true
      return made
    }
    return {
      control,
      changed: group('changed', localize('Changed Data')),
      lacking: group('lacking', localize('Missing Data')),
    }
  }

  return {
    update(repositories) {
      const odd = new Map(repositories.map(({ root, status }) => [root, (status?.outs ?? []).filter(isOdd)]))
      for (const [root, { control }] of shown) {
        if ((odd.get(root)?.length ?? 0) > 0) continue
        control.dispose()
        shown.delete(root)
      }
      for (const [root, outs] of odd) {
        if (outs.length === 0) continue
        const { control, changed, lacking } = shown.get(root) ?? open(root)
        shown.set(root, { control, changed, lacking })
        const isLacking = ({ state }: OutStatus) => state === 'missing' || state === 'clean'
        changed.resourceStates = outs.filter((out) => !isLacking(out)).map((out) => toResource(root, out))
        lacking.resourceStates = outs.filter(isLacking).map((out) => toResource(root, out))
        control.count = outs.length
      }
    },
    dispose() {
      for (const { control } of shown.values()) control.dispose()
    },
  }
}

function toResource(root: string, { path, state }: OutStatus): vscode.SourceControlResourceState {
  const resourceUri = vscode.Uri.file(join(root, path))
  const isMissing = state === 'missing'
  const tooltip = state === 'clean' ? localize('not in the cache') : nameState(state)
  return {
    resourceUri,
    contextValue: state,
    decorations: { tooltip, strikeThrough: isMissing },
    ...(state === 'changed'
      ? { command: { command: 'runwright.compareData', title: '', arguments: [resourceUri] } }
      : {}),
  }
}
