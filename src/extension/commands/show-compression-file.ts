import { basename } from 'node:path'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.showCompressionFile',
  title: 'Show Compression of File',
  when: 'resourceScheme == file && resourceExtname == .json',
  fileMenu: '3_runwright@4',
  fileMenuWhen: 'resourceFilename =~ /search\\.json$/',
  async run({ vscode, compressions }, given) {
    const uri = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri
    if (uri === undefined) {
      const text = localize('Open the file that “runwright compress --json” has printed first.')
      return void vscode.window.showWarningMessage(text)
    }
    compressions.open({ kind: 'file', path: uri.fsPath }, basename(uri.fsPath))
  },
})
