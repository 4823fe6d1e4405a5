import type * as vscode from 'vscode'
import { nameServer } from '../../protocol/jupyter-access.ts'
import { localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { addJupyterServer, type AddServerParts } from './add-jupyter-server.ts'
import { isOnServer, type JupyterServer, labelServer } from './jupyter-servers.ts'
import type { KernelChoice } from './kernel-choices.ts'
import { toKernelItem } from './pick-kernel.ts'

type Item = vscode.QuickPickItem & { readonly choice?: KernelChoice; readonly act?: 'enter' | 'forget' }

/**
 * Lets a person choose among what a Jupyter Server can start and what runs there of ours.
 *
 * @param given one that is remembered; undefined: a new one is asked for
 * @returns undefined when it was left
 */
export async function pickServerKernel(
  parts: AddServerParts,
  given: JupyterServer | undefined,
): Promise<KernelChoice | undefined> {
  const { vscode, servers } = parts
  const server = given ?? (await addJupyterServer(parts))
  if (server === undefined) return undefined
  const picked = await pick(parts, server)
  if (picked?.act === 'forget') await servers.forget(server.url)
  if (picked?.act !== 'enter') return picked?.choice
  const entered = await addJupyterServer({ ...parts, vscode }, server)
  return entered && pickServerKernel(parts, entered)
}

async function pick(parts: AddServerParts, server: JupyterServer): Promise<Item | undefined> {
  const { window } = parts.vscode
  const items = listItems(parts, server)
  const options = { title: labelServer(server.url), matchOnDescription: true, matchOnDetail: true }
  const picked = window.showQuickPick<Item>(
    items.catch(() => []),
    options,
  )
  try {
    await items
    return await picked
  } catch (error) {
    const { text, hint } = describeError(error)
    const enter = localize('Enter Anew…')
    const forget = localize('Forget Server')
    const told = [text, hint].filter((part) => part !== undefined).join(' ')
    const answer = await window.showErrorMessage(told, enter, forget)
    if (answer === undefined) return undefined
    return { label: answer, act: answer === enter ? 'enter' : 'forget' }
  }
}

async function listItems({ vscode, client, servers }: AddServerParts, { url }: JupyterServer): Promise<Item[]> {
  const { Separator } = vscode.QuickPickItemKind
  const access = await servers.findAccess(`jupyter:${nameServer(url)}/`)
  const [{ environments }, { kernels }] = await Promise.all([
    client.call('kernels/environments', { server: url, ...access }),
    client.call('kernels/list', {}),
  ])
  const running = kernels.filter(
    ({ status, environment }) => status !== 'dead' && isOnServer(environment.environmentId, url),
  )
  const group = (label: string, items: readonly Item[]): Item[] =>
    items.length === 0 ? [] : [{ label, kind: Separator }, ...items]
  return [
    ...group(
      localize('Running kernels'),
      running.map((kernel) => toKernelItem({ kind: 'kernel', kernel })),
    ),
    ...group(
      localize('Jupyter kernelspecs'),
      environments.map((environment) => ({
        label: environment.name.replace(/^.*?: /, ''),
        description: environment.language,
        choice: { kind: 'environment', environment },
      })),
    ),
    ...group(localize('This server'), [
      { label: `$(key) ${localize('Enter Anew What Lets You In…')}`, act: 'enter' },
      { label: `$(trash) ${localize('Forget Server')}`, act: 'forget' },
    ]),
  ]
}
