import { defineCommand } from '../command.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.copyRunId',
  title: 'Copy Run ID',
  appliesTo: 'viewItem =~ /^run /',
  menu: '3_copy@1',
  accepts: isRunElement,
  async run({ vscode }, runs) {
    await vscode.env.clipboard.writeText(runs.map(({ row }) => row.runId).join('\n'))
  },
})
