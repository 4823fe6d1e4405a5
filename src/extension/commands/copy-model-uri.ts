import { defineCommand } from '../command.ts'
import { isModelVersionElement, uriOf } from '../models/element.ts'

export default defineCommand({
  id: 'runwright.copyModelUri',
  title: 'Copy Model URI',
  view: 'models',
  appliesTo: 'viewItem =~ /^model-version/',
  menu: '4_copy@1',
  accepts: isModelVersionElement,
  async run({ vscode }, versions) {
    await vscode.env.clipboard.writeText(versions.map(({ version }) => uriOf(version)).join('\n'))
  },
})
