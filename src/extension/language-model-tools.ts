import * as vscode from 'vscode'
import type { AgentTool, ToolContext } from '../agent-tools/agent-tool.ts'
import { chooseConnection } from './choose-connection.ts'
import { findFolder } from './connections/find-folder.ts'
import type { CommandContext } from './context.ts'
import { startCommandLineTask } from './runs/command-line-task.ts'
import { describeError } from './tree/error-notice.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { localize } from './localize.ts'

/** Offers the tools to the editor's language models, over the runs of the workspace folder. */
export function registerLanguageModelTools(tools: readonly AgentTool[], context: CommandContext): vscode.Disposable {
  return vscode.Disposable.from(
    ...tools.map((tool) => vscode.lm.registerTool(tool.name, createLanguageModelTool(tool, context))),
  )
}

function createLanguageModelTool(tool: AgentTool, context: CommandContext): vscode.LanguageModelTool<unknown> {
  return {
    async prepareInvocation({ input }) {
      const invocationMessage = `${tool.title}…`
      if (tool.effect === 'reads') return { invocationMessage }
      const confirmationMessages = { title: tool.title, message: quote(await confirm(tool, context, input)) }
      return { invocationMessage, confirmationMessages }
    },
    async invoke({ input }, token) {
      const giveUp = new AbortController()
      const listening = token.onCancellationRequested(() => giveUp.abort())
      try {
        return textResult(await tool.run(await openContext(context, giveUp.signal), input))
      } catch (error) {
        // The model reads it, and can do better.
        const { text, hint } = describeError(error)
        throw new Error(hint === undefined ? text : `${text} ${hint}`, { cause: error })
      } finally {
        listening.dispose()
      }
    },
  }
}

/** What cannot be done is told the user now, and the model when it calls. */
async function confirm(tool: AgentTool, context: CommandContext, input: unknown): Promise<string> {
  try {
    const { client } = await openContext(context, new AbortController().signal)
    return await tool.confirmation(client, input)
  } catch (error) {
    return `It will fail: ${describeError(error).text}`
  }
}

/** The words are a model's: nothing in them is a link or a command. */
function quote(text: string): vscode.MarkdownString {
  return new vscode.MarkdownString().appendText(text)
}

function textResult(text: string): vscode.LanguageModelToolResult {
  return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(text)])
}

async function openContext(context: CommandContext, signal: AbortSignal): Promise<ToolContext> {
  const { connections } = context
  const connection = await chooseConnection(context, 'folder', localize('Which Runs to Look At'))
  if (connection === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'No folder with runs is open.', {
      hint: 'Start a run in a trusted workspace folder first.',
    })
  }
  return {
    client: await connections.client(connection.id),
    now: Date.now,
    signal,
    async launch(words) {
      const path = findFolder(connections, connection.id)
      const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.fsPath === path)
      if (folder === undefined) throw new RunwrightError('INVALID_STATE', 'The folder is no longer open.')
      await startCommandLineTask(context, folder, 'Run of an Agent', words)
      return 'Started in a terminal of the editor. The run shows among the newest of runwright_find_runs in a moment.'
    },
  }
}
