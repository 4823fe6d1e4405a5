import { parseImportResult } from '../../protocol/import-progress.ts'
import { defineCommand } from '../command.ts'
import { chooseFolder } from '../data/choose-data.ts'
import { performCommand } from '../data/perform-data.ts'
import { warn } from '../data/tell-result.ts'
import { askSource } from '../imports/ask-source.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.importRuns',
  title: 'Import Runs…',
  when: 'isWorkspaceTrusted && workbenchState != empty',
  titleBar: '3_servers@3',
  async run(context) {
    const folder = await chooseFolder(context)
    const source = folder && (await askSource(context))
    if (folder === undefined || source === undefined) return
    const { cli } = context
    const asked = { ...context, cli: { ...cli, env: { ...cli.env, ...source.env } } }
    const title = localize('Import Runs')
    const words = ['import', source.kind, '--workspace', folder.uri.fsPath]
    const work = { title, root: folder.uri.fsPath, words, operands: [source.place] }
    const answer = await performCommand(asked, work, async () => context.useFolder(folder))
    const result = parseImportResult(answer, '')
    const { newRuns, changedRuns, unchangedRuns, modelVersions, traces, problems, problemCount } = result
    const said = [
      localize('{count, plural, one {# new run} other {# new runs}}', { count: newRuns }),
      ...(changedRuns === 0
        ? []
        : [
            localize('{count, plural, one {# run with something new} other {# runs with something new}}', {
              count: changedRuns,
            }),
          ]),
      ...(unchangedRuns === 0
        ? []
        : [localize('{count, plural, one {# run as before} other {# runs as before}}', { count: unchangedRuns })]),
      ...(modelVersions === 0
        ? []
        : [localize('{count, plural, one {# model version} other {# model versions}}', { count: modelVersions })]),
      ...(traces === 0 ? [] : [localize('{count, plural, one {# trace} other {# traces}}', { count: traces })]),
    ].join(', ')
    const imported = localize('Imported {what}.', { what: said })
    if (problemCount === 0) return void context.vscode.window.showInformationMessage(imported)
    const missing = localize('{count, plural, one {# thing} other {# things}} did not come.', { count: problemCount })
    await warn(context, `${imported} ${missing}`, problems)
  },
})
