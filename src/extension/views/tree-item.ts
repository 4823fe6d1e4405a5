import * as vscode from 'vscode'
import { toArtifactUri } from '../artifact-uri.ts'
import type { ArtifactElement, TreeElement } from '../tree/element.ts'
import { present } from '../tree/presentation.ts'
import { localize } from '../localize.ts'

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState
const collapsibleStates = { collapsed: Collapsed, expanded: Expanded, none: None }

export function toTreeItem(element: TreeElement): vscode.TreeItem {
  const shown = present(element, Date.now())
  const item = new vscode.TreeItem(shown.label, collapsibleStates[shown.collapsible])
  item.id = element.id
  item.contextValue = shown.context
  item.accessibilityInformation = { label: shown.spoken }
  if (shown.description !== undefined) item.description = shown.description
  if (shown.tooltip !== undefined) item.tooltip = new vscode.MarkdownString(shown.tooltip)
  if (shown.icon) {
    const color = shown.icon.color === undefined ? undefined : new vscode.ThemeColor(shown.icon.color)
    item.iconPath = new vscode.ThemeIcon(shown.icon.name, color)
  }
  // By this the icon theme knows the kind of file.
  if (element.kind === 'artifact') item.resourceUri = vscode.Uri.from(locate(element))
  if (shown.click !== undefined) item.command = { command: shown.click, title: '', arguments: [element] }
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
