import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { checkNewAlias, checkRegisteredModelName } from '../../protocol/mlflow/names.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { pickModel } from './pick-model.ts'
import { pickOrType } from './pick-or-type.ts'
import type { RunAddress } from './run-address.ts'

/** Asks which model of a run becomes the next version of which registered model, and under which alias if any. */
export async function registerModel(context: CommandContext, { connectionId, runId }: RunAddress): Promise<void> {
  const { vscode, connections } = context
  const client = await connections.client(connectionId)
  const title = localize('Register Model')
  const model = await pickModel(context, title, client, runId)
  if (model === undefined) return
  const name = await pickOrType(context, title, localize('Name of the registered model'), listNames(client))
  if (name === undefined) return
  checkRegisteredModelName(name)
  const alias = await vscode.window.showInputBox({
    title,
    prompt: localize('Alias to set on the new version, such as “champion”. Leave it empty for none.'),
    validateInput: (text) => (text.trim() === '' ? undefined : findFault(() => checkNewAlias(text.trim()))),
  })
  if (alias === undefined) return
  const { version } = await client.call('models/register', {
    runId,
    name,
    path: model.modelId ?? model.path,
    ...(alias.trim() === '' ? {} : { alias: alias.trim() }),
  })
  const place = { name: version.name, version: version.version }
  void vscode.window.showInformationMessage(localize('Registered as “{name}”, version {version}.', place))
}

async function listNames(client: Client): Promise<readonly string[]> {
  return (await client.call('models/list', {})).models.map(({ name }) => name)
}

/** What an input box says below what was typed. */
function findFault(check: () => void): string | undefined {
  try {
    check()
    return undefined
  } catch (error) {
    if (error instanceof RunwrightError) return error.message
    throw error
  }
}
