import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import type { JobSecrets } from './job-secrets.ts'

/** As much of VS Code as it takes to ask. */
interface Asker {
  readonly window: Pick<CommandContext['vscode']['window'], 'showInputBox'>
}

/**
 * Values for secrets: those that are kept for the folder, else those of the environment of VS Code, others as the user
 * types them, which are kept from then on. Undefined when a box is left; then nothing is kept.
 *
 * @param folder absolute path of the workspace folder
 */
export async function askForSecrets(
  { vscode, jobSecrets }: { readonly vscode: Asker; readonly jobSecrets: JobSecrets },
  folder: string,
  names: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Readonly<Record<string, string>> | undefined> {
  const values: Record<string, string> = {}
  const typed: string[] = []
  for (const name of names) {
    const known = (await jobSecrets.get(folder, name)) ?? env[name]
    const value = known ?? (await askForValue(vscode, name))
    if (value === undefined) return undefined
    if (known === undefined) typed.push(name)
    values[name] = value
  }
  for (const name of typed) await jobSecrets.keep(folder, name, values[name] ?? '')
  return values
}

function askForValue({ window }: Asker, name: string): Thenable<string | undefined> {
  return window.showInputBox({
    title: localize('Value of the secret {name}', { name }),
    prompt: localize(
      'It reaches the job as a variable of its environment, and is kept in VS Code’s secret storage for this folder.',
    ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? localize('A secret needs a value.') : undefined),
  })
}
