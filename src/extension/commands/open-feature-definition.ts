import { join } from 'node:path'
import { projectFileName } from '../../protocol/project-file.ts'
import { defineCommand } from '../command.ts'
import { isFeatureSet } from '../features/element.ts'
import { findDefinition } from '../features/find-definition.ts'

export default defineCommand({
  id: 'runwright.openFeatureDefinition',
  title: 'Open Definition',
  icon: '$(go-to-file)',
  view: 'data',
  appliesTo: 'viewItem =~ /^feature-set/',
  menu: ['inline@3', '1_features@4'],
  accepts: isFeatureSet,
  takes: 'one',
  async run({ vscode }, [{ folder, featureSet }]) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(join(folder, projectFileName)))
    const line = findDefinition(document.getText(), featureSet.name)
    const editor = await vscode.window.showTextDocument(document)
    const place = new vscode.Position(line, 0)
    editor.selection = new vscode.Selection(place, place)
    editor.revealRange(new vscode.Range(place, place), vscode.TextEditorRevealType.InCenter)
  },
})
