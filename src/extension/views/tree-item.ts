import * as vscode from 'vscode'
import { toArtifactUri } from '../artifact-uri.ts'
import type { ArtifactElement, TreeElement } from '../tree/element.ts'
import { present } from '../tree/presentation.ts'
import { localize } from '../localize.ts'
import { drawItem } from './draw-item.ts'

export function toTreeItem(element: TreeElement): vscode.TreeItem {
  const shown = present(element, Date.now())
  const item = drawItem(element, shown)
  // By this the icon theme knows the kind of file.
  if (element.kind === 'artifact') item.resourceUri = vscode.Uri.from(locate(element))
  if (shown.checked !== undefined) {
    item.checkboxState = {
      state: shown.checked ? vscode.TreeItemCheckboxState.Checked : vscode.TreeItemCheckboxState.Unchecked,
      tooltip: localize('Choose for comparison'),
      accessibilityInformation: { label: localize('Choose {name} for comparison', { name: shown.label }) },
    }
  }
  return item
}

function locate({ run, entry }: ArtifactElement) {
  const { connectionId } = run.experiment
  return toArtifactUri({ connectionId, runId: run.row.runId, path: entry.path })
}
