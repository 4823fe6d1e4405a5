import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'
import { localize } from '../localize.ts'

const storedByEngine = /^mlflow-artifacts:\/+(?<path>.+)$/

export default defineCommand({
  id: 'runwright.revealArtifacts',
  title: 'Reveal Artifacts in File Explorer',
  when: '!isWeb && remoteName == ""',
  appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`,
  menu: '1_open@4',
  accepts: isRunElement,
  takes: 'one',
  async run({ vscode, connections }, [{ row, experiment }]) {
    const place = connections.find(experiment.connectionId)?.place
    const path = storedByEngine.exec(row.artifactUri)?.groups?.['path']
    if (place?.kind !== 'folder' || path === undefined) {
      throw new RunwrightError(
        'NOT_IMPLEMENTED',
        localize('The artifacts of “{name}” are not in a folder of this machine.', { name: row.name }),
      )
    }
    const folder = vscode.Uri.file(join(place.path, '.runwright', 'artifacts', ...path.split('/')))
    await vscode.commands.executeCommand('revealFileInOS', folder)
  },
})
