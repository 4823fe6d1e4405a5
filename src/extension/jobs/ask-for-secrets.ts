import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

/**
 * Values for secrets: those of the environment of VS Code as they are, others as the user types them. Undefined when a
 * box is left.
 *
 * @param token the variable of the target's own token, which no job gets
 */
export async function askForSecrets(
  { window }: Pick<CommandContext['vscode'], 'window'>,
  names: readonly string[],
  token?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Readonly<Record<string, string>> | undefined> {
  const values: Record<string, string> = {}
  for (const name of token === undefined ? names : [...names, token]) {
    const value =
      env[name] ??
      (await window.showInputBox({
        title: localize('Value of the secret {name}', { name }),
        prompt:
          name === token
            ? localize('The target asks for it as its token. It reaches no job, and is not stored.')
            : localize('It reaches the job as a variable of its environment, and is not stored.'),
        password: true,
        ignoreFocusOut: true,
      }))
    if (value === undefined) return undefined
    values[name] = value
  }
  return values
}
