import type * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { groupChoices, type KernelChoice, nameEnvironment } from './kernel-choices.ts'

type Item = vscode.QuickPickItem & { readonly choice?: KernelChoice }

/** Lets a person choose what a notebook runs in; undefined when the list is left. */
export async function pickKernel(
  vscode: CommandContext['vscode'],
  client: Client,
  recent: readonly string[],
): Promise<KernelChoice | undefined> {
  const items = listItems(vscode, client, recent)
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
    .flatMap(([label, choices]): Item[] => [{ label, kind: QuickPickItemKind.Separator }, ...choices.map(toItem)])
  return items.length > 0 ? items : [{ label: localize('There is no Python here: install one, then choose again') }]
}

function toItem(choice: KernelChoice): Item {
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
