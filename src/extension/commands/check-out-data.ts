import { RunwrightError } from '../../protocol/errors.ts'
import { defineCommand } from '../command.ts'
import { chooseData, type ChosenData } from '../data/choose-data.ts'
import { performData } from '../data/perform-data.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'

type Context = Parameters<typeof performData>[0]

export default defineCommand({
  id: 'runwright.checkOutData',
  title: 'Check Out Data',
  icon: '$(discard)',
  when: 'isWorkspaceTrusted && runwright.dataRepositoryCount > 0',
  view: 'data',
  titleBar: '1_data@2',
  fileMenu: '3_runwrightData@3',
  fileMenuWhen: 'resourcePath in runwright.dataPaths',
  sourceControlMenu: 'inline@2',
  elementMenus: [
    { appliesTo: 'viewItem =~ /^out (changed|missing)/', menu: 'inline@2' },
    { appliesTo: 'viewItem =~ /^(out|repository)/', menu: '1_data@2' },
  ],
  async run(context, ...args) {
    const chosen = await chooseData(context, args, localize('Check Out Data'))
    if (chosen === undefined) return
    try {
      await checkOut(context, chosen, [])
    } catch (error) {
      if (!(error instanceof RunwrightError) || !/--force/.test(error.hint ?? '')) throw error
      await offerForce(context, chosen, error)
    }
  },
})

function checkOut(context: Context, { root, paths }: ChosenData, options: readonly string[]): Promise<unknown> {
  const title = localize('Check Out Data')
  return performData(context, { title, root, words: ['data', 'checkout', ...options], operands: paths })
}

/** Files whose contents are kept nowhere are given up only when someone has read their names. */
async function offerForce(context: Context, chosen: ChosenData, error: RunwrightError): Promise<void> {
  const { vscode } = context
  const overwrite = localize('Give Them Up')
  const answer = await vscode.window.showWarningMessage(
    localize('Files would be lost that are kept nowhere else.'),
    { modal: true, detail: describeError(error).text },
    overwrite,
  )
  if (answer === overwrite) await checkOut(context, chosen, ['--force'])
}
