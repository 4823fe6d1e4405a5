import { defineCommand } from '../command.ts'
import { takeMerged } from '../data/merge-file.ts'

/** Where `data resolve --extract` puts merged files. */
const place = String.raw`/\.dvc.tmp.runwright.merges./`

export default defineCommand({
  id: 'runwright.takeMergedFile',
  title: 'Take Merged File',
  icon: '$(check)',
  view: 'data',
  when: `isMergeEditor && resourcePath =~ ${place}`,
  editorTitle: 'navigation@-1',
  async run(context, clicked) {
    const { vscode } = context
    const uri = clicked instanceof vscode.Uri ? clicked : vscode.window.activeTextEditor?.document.uri
    if (uri !== undefined) await takeMerged(context, uri.fsPath)
  },
})
