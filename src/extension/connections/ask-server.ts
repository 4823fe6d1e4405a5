import type { CommandContext, ServerCredentials } from '../context.ts'
import { localize } from '../localize.ts'
import { parseServerUrl } from './place.ts'

type Window = CommandContext['vscode']['window']

/** An MLflow server as the user names it. */
export interface AskedServer {
  readonly url: string
  /** Undefined for a server that asks nobody who he is. */
  readonly credentials: ServerCredentials | undefined
}

/** Asks for the address of an MLflow server and how it knows the user. @returns undefined when a box is left */
export async function askServer(window: Window, title: string): Promise<AskedServer | undefined> {
  const typed = await window.showInputBox({
    title,
    prompt: localize('The address that MLFLOW_TRACKING_URI would have.'),
    placeHolder: 'https://mlflow.example.com',
    ignoreFocusOut: true,
    validateInput: (text) =>
      parseServerUrl(text) === undefined ? localize('An http or https address, without a user name in it.') : undefined,
  })
  const url = typed === undefined ? undefined : parseServerUrl(typed)
  if (url === undefined) return undefined
  const credentials = await askCredentials(window)
  return credentials === 'cancelled' ? undefined : { url, credentials }
}

/** Asks how an MLflow server knows the user. @returns undefined for a server that asks nobody */
export async function askCredentials(window: Window): Promise<ServerCredentials | undefined | 'cancelled'> {
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
