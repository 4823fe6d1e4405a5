import { integer, listOf, object, text } from '../../protocol/parse.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { openText } from '../open-text.ts'
import { tellDone } from './perform-data.ts'

const count = integer(0, Number.MAX_SAFE_INTEGER)
const most = 100_000_000
const parseTransfer = object({
  movedCount: count,
  failures: listOf(object({ path: text, error: object({ message: text }) }), most),
})
const parseVerified = object({
  objectCount: count,
  damaged: listOf(object({ key: text, problem: text }), most),
  missing: listOf((value) => value, most),
})

/** Tells what came of `data push`, `fetch` or `pull`, by what it printed as JSON. */
export async function tellTransfer(context: CommandContext, title: string, value: unknown): Promise<void> {
  const { movedCount, failures } = parseTransfer(value, '')
  if (failures.length === 0) {
    const moved = localize('{count, plural, one {# object} other {# objects}}', { count: movedCount })
    return tellDone(context, `${title}: ${moved}`)
  }
  await warn(
    context,
    localize('{title}: {count, plural, one {# object} other {# objects}} could not be moved.', {
      title,
      count: failures.length,
    }),
    failures.map(({ path, error }) => `${path}: ${error.message}`),
  )
}

/** Tells what `data verify` found, by what it printed as JSON. */
export async function tellVerified(context: CommandContext, value: unknown): Promise<void> {
  const { objectCount, damaged, missing } = parseVerified(value, '')
  if (damaged.length === 0) {
    const parts = [
      localize('{count, plural, one {# object} other {# objects}} verified, none is damaged', { count: objectCount }),
      ...(missing.length === 0 ? [] : [localize('{count} not in the cache', { count: missing.length })]),
    ]
    return void context.vscode.window.showInformationMessage(`${parts.join('; ')}.`)
  }
  await warn(
    context,
    localize('{count, plural, one {# object is} other {# objects are}} damaged.', { count: damaged.length }),
    damaged.map(({ key, problem }) => `${key}: ${problem}`),
  )
}

/** Says what went wrong, with the rest of it in an editor. */
export async function warn({ vscode }: CommandContext, message: string, lines: readonly string[]): Promise<void> {
  const all = localize('Show All')
  const answer = await vscode.window.showWarningMessage(message, all)
  if (answer === all) await openText(vscode, `${message}\n\n${lines.join('\n')}\n`)
}
