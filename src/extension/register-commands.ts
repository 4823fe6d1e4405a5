import { setTimeout } from 'node:timers/promises'
import * as vscode from 'vscode'
import { chooseElements, type CommandDefinition, isOfUnknownRow, type ViewElement } from './command.ts'
import type { CommandContext } from './context.ts'
import { describeError } from './tree/error-notice.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { localize } from './localize.ts'
import { openText } from './open-text.ts'

/** Registers each command under its id; what it throws is logged and shown. */
export function registerCommands(commands: readonly CommandDefinition[], context: CommandContext): vscode.Disposable {
  const execute = async (command: CommandDefinition, args: readonly unknown[]): Promise<void> => {
    try {
      if (command.accepts === undefined) return await command.run(context, ...args)
      if (isOfUnknownRow(args)) return tellToChooseAgain()
      // Without arguments it came by a key or from the palette, which offer it only while something is selected.
      const selection = args[0] === undefined ? await whenKnown(() => selectionOf(command, context)) : []
      const [first, ...others] = chooseElements(command, args, selection)
      if (first !== undefined) await command.run(context, [first, ...others])
    } catch (error) {
      report(context, command, error)
    }
  }
  return vscode.Disposable.from(
    ...commands.map((command) =>
      vscode.commands.registerCommand(command.id, (...args: readonly unknown[]) => execute(command, args)),
    ),
  )
}

function tellToChooseAgain(): void {
  void vscode.window.showInformationMessage(
    localize('The row was just being listed anew, so nothing was done. Please choose again.'),
  )
}

function selectionOf({ view }: CommandDefinition, context: CommandContext): readonly ViewElement[] {
  if (view === 'jobs') return context.jobs.selection()
  if (view === 'data') return context.data.selection()
  if (view === 'models') return context.models.selection()
  return view === 'compute' ? context.compute.selection() : context.explorer.selection()
}

/** Longest that VS Code takes to list rows anew, with the second attempt that a lost listing needs. */
const longestListingMs = 2000

/** While rows are listed anew VS Code knows none of them, and a selection is empty that is not: it is asked again. */
async function whenKnown(select: () => readonly ViewElement[]): Promise<readonly ViewElement[]> {
  const deadline = Date.now() + longestListingMs
  let selection = select()
  while (selection.length === 0 && Date.now() < deadline) {
    await setTimeout(20)
    selection = select()
  }
  return selection
}

function report(context: CommandContext, command: CommandDefinition, error: unknown): void {
  if (error instanceof RunwrightError && error.code === 'CANCELLED') return
  context.log.error(`${command.title}:`, error)
  const { text, hint } = describeError(error)
  // The command has ended, whenever the message is read.
  void showError(context, [text, hint].filter((part) => part !== undefined).join(' '))
}

async function showError({ log }: CommandContext, text: string): Promise<void> {
  const [first = ''] = text.split('\n')
  const isLong = first.length < text.length || text.length > longestMessage
  const all = localize('Show All')
  const buttons = [...(isLong ? [all] : []), localize('Show Log')]
  const answer = await vscode.window.showErrorMessage(isLong ? first.slice(0, longestMessage) : text, ...buttons)
  if (answer === all) await openText(vscode, text)
  else if (answer !== undefined) log.show()
}

/** Characters that a notification has room for. */
const longestMessage = 400
