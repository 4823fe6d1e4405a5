import type * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import {
  type JupyterServer,
  type JupyterServers,
  labelServer,
  parseServerAddress,
  toAccess,
} from './jupyter-servers.ts'

type Window = CommandContext['vscode']['window']

export interface AddServerParts {
  readonly vscode: CommandContext['vscode']
  readonly client: Pick<Client, 'call'>
  readonly servers: JupyterServers
}

/**
 * Asks where a Jupyter Server is and what lets one in, asks the server at once whether it does, and keeps both.
 *
 * @param known one that is remembered: it is asked anew what lets one in
 * @returns undefined when it was left
 */
export async function addJupyterServer(
  { vscode, client, servers }: AddServerParts,
  known?: JupyterServer,
): Promise<JupyterServer | undefined> {
  for (let typed = known?.url ?? ''; ;) {
    const address = known === undefined ? await askAddress(vscode.window, typed) : { url: known.url, token: '' }
    if (address === undefined) return undefined
    const server = await askWay(vscode.window, address)
    if (server === undefined) return undefined
    const secret = await enterSecret(vscode, server, address.token, async (entered) => {
      await client.call('kernels/environments', { server: server.url, ...toAccess(server, entered) })
    })
    if (secret === undefined) return undefined
    if (secret === 'back') {
      typed = address.url
      continue
    }
    await servers.keep(server, secret.value)
    return server
  }
}

async function askAddress(window: Window, value: string) {
  const typed = await window.showInputBox({
    title: localize('Jupyter Server'),
    prompt: localize('Its address, as the browser shows it or the server’s log, with or without the token.'),
    placeHolder: 'https://hub.example.org/user/ada/',
    value,
    ignoreFocusOut: true,
    validateInput: (text) =>
      parseServerAddress(text) === undefined
        ? localize('An http or https address, without a user name in it.')
        : undefined,
  })
  return typed === undefined ? undefined : parseServerAddress(typed)
}

async function askWay(
  window: Window,
  { url, token }: { readonly url: string; readonly token: string },
): Promise<JupyterServer | undefined> {
  if (token !== '') return { url, way: 'token' }
  const choices: readonly (vscode.QuickPickItem & Pick<JupyterServer, 'way'>)[] = [
    { label: localize('Token'), detail: localize('Of the server, or of a JupyterHub'), way: 'token' },
    { label: localize('Password'), detail: localize('That the server’s page asks for'), way: 'password' },
    { label: localize('Header'), detail: localize('That a proxy before the server asks for'), way: 'header' },
  ]
  const options = { title: labelServer(url), placeHolder: localize('What lets you in?'), ignoreFocusOut: true }
  const chosen = await window.showQuickPick(choices, options)
  if (chosen === undefined || chosen.way !== 'header') return chosen && { url, way: chosen.way }
  const header = await window.showInputBox({
    title: labelServer(url),
    prompt: localize('The name of the header'),
    placeHolder: 'X-Api-Key',
    ignoreFocusOut: true,
    validateInput: (text) => (/^[A-Za-z0-9-]+$/.test(text) ? undefined : localize('Letters, digits and - only.')),
  })
  return header === undefined ? undefined : { url, way: 'header', header }
}

/** The box stays until the server has let one in, and says why it has not. */
function enterSecret(
  { window, QuickInputButtons, InputBoxValidationSeverity: severities }: CommandContext['vscode'],
  { url, way }: JupyterServer,
  value: string,
  check: (entered: string) => Promise<void>,
): Promise<{ readonly value: string } | 'back' | undefined> {
  const names = { token: localize('Token'), password: localize('Password'), header: localize('Value of the header') }
  const box = window.createInputBox()
  box.title = localize('{name} for {server}', { name: names[way], server: labelServer(url) })
  box.prompt = localize('The server is asked at once. It is kept in VS Code’s secret storage.')
  box.password = true
  box.ignoreFocusOut = true
  box.value = value
  box.buttons = [QuickInputButtons.Back]
  const refuse = (message: string) => (box.validationMessage = { message, severity: severities.Error })
  const given = Promise.withResolvers<{ readonly value: string } | 'back' | undefined>()

  async function accept(): Promise<void> {
    const entered = box.value
    if (entered === '') return void refuse(localize('It needs a value.'))
    box.enabled = false
    box.busy = true
    try {
      await check(entered)
      given.resolve({ value: entered })
    } catch (error) {
      const { text, hint } = describeError(error)
      refuse([text, hint].filter((part) => part !== undefined).join(' '))
    } finally {
      box.busy = false
      box.enabled = true
    }
  }

  box.onDidAccept(() => void accept())
  box.onDidChangeValue(() => (box.validationMessage = undefined))
  box.onDidTriggerButton(() => given.resolve('back'))
  box.onDidHide(() => given.resolve(undefined))
  box.show()
  return given.promise.finally(() => box.dispose())
}
