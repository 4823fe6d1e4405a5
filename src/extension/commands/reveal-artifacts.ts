import { defineCommand } from '../command.ts'
import { findStoredFolder } from '../runs/stored-artifacts.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.revealArtifacts',
  title: 'Reveal Artifacts in File Explorer',
  when: '!isWeb && remoteName == ""',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '1_open@4',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [{ row, experiment }]) {
    const folder = findStoredFolder(context, experiment.connectionId, { uri: row.artifactUri, name: row.name })
    await context.vscode.commands.executeCommand('revealFileInOS', context.vscode.Uri.file(folder))
  },
})
