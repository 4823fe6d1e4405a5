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
 * @param options.token the variable of the target's own token, which no job gets
 */
export async function askForSecrets(
  { vscode, jobSecrets }: { readonly vscode: Asker; readonly jobSecrets: JobSecrets },
  folder: string,
  names: readonly string[],
  { token, env = process.env }: { readonly token?: string | undefined; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<Readonly<Record<string, string>> | undefined> {
  const values: Record<string, string> = {}
  const typed: string[] = []
  for (const name of token === undefined ? names : [...names, token]) {
    const known = (await jobSecrets.get(folder, name)) ?? env[name]
    const value = known ?? (await askForValue(vscode, name, name === token))
    if (value === undefined) return undefined
    if (known === undefined) typed.push(name)
    values[name] = value
  }
  for (const name of typed) await jobSecrets.keep(folder, name, values[name] ?? '')
  return values
}

function askForValue({ window }: Asker, name: string, isToken: boolean): Thenable<string | undefined> {
  return window.showInputBox({
    title: localize('Value of the secret {name}', { name }),
    prompt: isToken
      ? localize(
          'The target asks for it as its token. It reaches no job, and is kept in VS Code’s secret storage for this folder.',
        )
      : localize(
          'It reaches the job as a variable of its environment, and is kept in VS Code’s secret storage for this folder.',
        ),
    password: true,
    ignoreFocusOut: true,
    validateInput: (text) => (text === '' ? localize('A secret needs a value.') : undefined),
  })
}
