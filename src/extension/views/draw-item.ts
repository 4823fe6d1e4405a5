import * as vscode from 'vscode'
import type { Presentation } from '../tree/presentation.ts'

const { Collapsed, Expanded, None } = vscode.TreeItemCollapsibleState
const collapsibleStates = { collapsed: Collapsed, expanded: Expanded, none: None }

/** VS Code's object for what a row shows. */
export function drawItem(element: { readonly id: string }, shown: Presentation): vscode.TreeItem {
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
  if (shown.click !== undefined) item.command = { command: shown.click, title: '', arguments: [element] }
  return item
}
