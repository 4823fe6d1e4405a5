import type * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { type JupyterServer, labelServer } from './jupyter-servers.ts'
import { groupChoices, type KernelChoice, nameEnvironment } from './kernel-choices.ts'

/** A kernel of one of the servers that were entered, or of one that is yet to be: it is asked for. */
interface ServerChoice {
  readonly kind: 'server'
  readonly server: JupyterServer | undefined
}

type Item = vscode.QuickPickItem & { readonly choice?: KernelChoice | ServerChoice }

/** Lets a person choose what a notebook runs in; undefined when the list is left. */
export async function pickKernel(
  vscode: CommandContext['vscode'],
  client: Client,
  recent: readonly string[],
  servers: readonly JupyterServer[],
): Promise<KernelChoice | ServerChoice | undefined> {
  const items = listItems(vscode, client, recent).then((known) => [...known, ...listServers(vscode, servers)])
  const options = {
    title: localize('Choose a Kernel'),
    placeHolder: localize('An environment starts a kernel for this notebook; a running kernel is shared'),
    matchOnDescription: true,
    matchOnDetail: true,
  }
  return (await vscode.window.showQuickPick<Item>(items, options))?.choice
}

async function listItems({ QuickPickItemKind }: CommandContext['vscode'], client: Client, recent: readonly string[]) {
  const [{ environments }, { kernels }] = await Promise.all([
    client.call('kernels/environments', {}),
    client.call('kernels/list', {}),
  ])
  const groups = groupChoices(environments, kernels, recent)
  const titled: readonly (readonly [string, readonly KernelChoice[]])[] = [
    [localize('Last used'), groups.recent],
    [localize('Running kernels'), groups.running],
    [localize('Environments'), groups.environments],
    [localize('Jupyter kernelspecs'), groups.kernelspecs],
  ]
  const items = titled
    .filter(([, choices]) => choices.length > 0)
    .flatMap(([label, choices]): Item[] => [{ label, kind: QuickPickItemKind.Separator }, ...choices.map(toKernelItem)])
  return items.length > 0 ? items : [{ label: localize('There is no Python here: install one, then choose again') }]
}

function listServers({ QuickPickItemKind }: CommandContext['vscode'], servers: readonly JupyterServer[]): Item[] {
  const known = servers.map((server): Item => {
    return { label: labelServer(server.url), description: localize('remembered'), choice: { kind: 'server', server } }
  })
  const other = { label: localize('Jupyter Server…'), detail: localize('Enter the address of a server') }
  return [
    { label: localize('Jupyter Servers'), kind: QuickPickItemKind.Separator },
    ...known,
    { ...other, choice: { kind: 'server', server: undefined } },
  ]
}

export function toKernelItem(choice: KernelChoice): vscode.QuickPickItem & { readonly choice: KernelChoice } {
  if (choice.kind === 'kernel') {
    const { name, environment, status } = choice.kernel
    const statuses = { starting: localize('starting'), restarting: localize('starting'), dead: localize('ended') }
    const busy = { idle: localize('idle'), busy: localize('busy'), ...statuses }
    return { label: name, description: busy[status], detail: nameEnvironment(environment), choice }
  }
  const { environment } = choice
  const { kind, hasKernel, interpreter } = environment
  const description = hasKernel ? kind : `${kind} · ${localize('ipykernel is not installed')}`
  return { label: nameEnvironment(environment), description, detail: interpreter, choice }
}
