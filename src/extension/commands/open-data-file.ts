import { join } from 'node:path'
import { defineCommand } from '../command.ts'
import { isDataElement, pathOf } from '../data/element.ts'

export default defineCommand({
  id: 'runwright.openDataFile',
  title: 'Open Data File',
  inPalette: false,
  view: 'data',
  async run({ vscode }, element) {
    if (!isDataElement(element) || !('root' in element)) return
    const path = pathOf(element)
    if (path === undefined) return
    await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(join(element.root, path)))
  },
})
