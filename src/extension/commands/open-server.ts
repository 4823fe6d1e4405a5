import { parseServerUrl } from '../connections/place.ts'
import type { CommandContext, ServerCredentials } from '../context.ts'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.openServer',
  title: 'Open MLflow Server…',
  icon: '$(add)',
  titleBar: '3_servers@1',
  async run({ vscode, servers }) {
    const { window } = vscode
    const typed = await window.showInputBox({
      title: localize('Open MLflow Server'),
      prompt: localize('The address that MLFLOW_TRACKING_URI would have.'),
      placeHolder: 'https://mlflow.example.com',
      ignoreFocusOut: true,
      validateInput: (text) =>
        parseServerUrl(text) === undefined
          ? localize('An http or https address, without a user name in it.')
          : undefined,
    })
    const url = typed === undefined ? undefined : parseServerUrl(typed)
    if (url === undefined) return
    const credentials = await askCredentials(window)
    if (credentials !== 'cancelled') await servers.add(url, credentials)
  },
})

async function askCredentials(
  window: CommandContext['vscode']['window'],
): Promise<ServerCredentials | undefined | 'cancelled'> {
  const choices: readonly { readonly label: string; readonly auth: 'none' | 'basic' | 'bearer' }[] = [
    { label: localize('No credentials'), auth: 'none' },
    { label: localize('User name and password'), auth: 'basic' },
    { label: localize('Token'), auth: 'bearer' },
  ]
  const options = { title: localize('How does the server know you?'), ignoreFocusOut: true }
  const chosen = await window.showQuickPick(choices, options)
  if (chosen === undefined) return 'cancelled'
  if (chosen.auth === 'none') return undefined
  if (chosen.auth === 'bearer') {
    const token = await window.showInputBox({ title: localize('Token'), password: true, ignoreFocusOut: true })
    return token === undefined ? 'cancelled' : { token }
  }
  const username = await window.showInputBox({ title: localize('User Name'), ignoreFocusOut: true })
  if (username === undefined) return 'cancelled'
  const password = await window.showInputBox({ title: localize('Password'), password: true, ignoreFocusOut: true })
  return password === undefined ? 'cancelled' : { username, password }
}
