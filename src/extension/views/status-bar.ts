import * as vscode from 'vscode'
import type { Connection } from '../connections/connections.ts'
import { experimentsViewId } from '../contributions.ts'
import { describeStatus } from '../connections/status.ts'

export interface StatusBar extends vscode.Disposable {
  update(connections: readonly Connection[]): void
}

/** The one item in the status bar; hidden while there is nothing to tell. */
export function createStatusBar(): StatusBar {
  const item = vscode.window.createStatusBarItem('runwright.status', vscode.StatusBarAlignment.Left, 10)
  item.name = 'Runwright'
  item.command = `${experimentsViewId}.focus`
  return {
    update(connections) {
      const { text, tooltip } = describeStatus(connections)
      item.text = text
      item.tooltip = tooltip
      item.accessibilityInformation = { label: tooltip.replaceAll('\n', ', '), role: 'button' }
      if (connections.length > 0) item.show()
      else item.hide()
    },
    dispose: () => item.dispose(),
  }
}
