import type * as vscode from 'vscode'
import type { CommandContext } from '../context.ts'
import { notebookType } from './controllers.ts'
import { findCall, readInspection, readSignature } from './inspection.ts'
import { listLanguageIds } from './kernel-choices.ts'
import type { NotebookKernel } from './notebook-kernel.ts'

type FindKernel = (notebook: vscode.NotebookDocument) => Promise<NotebookKernel | undefined>

/** What the live kernel knows of names in cells. A kernel that is busy knows nothing for the moment, and nobody waits. */
export function registerLanguageFeatures(api: CommandContext['vscode'], findKernel: FindKernel): vscode.Disposable {
  const selector = { notebookType }
  const { languages } = api
  return api.Disposable.from(
    languages.registerCompletionItemProvider(selector, createCompletions(api, findKernel), '.', '%', '/', '"', "'"),
    languages.registerHoverProvider(selector, createHovers(api, findKernel)),
    languages.registerSignatureHelpProvider(selector, createSignatures(api, findKernel), '(', ','),
  )
}

/** The kernel of a cell's notebook while it is idle, if it speaks the language of the cell. */
async function findIdle(
  { workspace }: CommandContext['vscode'],
  document: vscode.TextDocument,
  findKernel: FindKernel,
): Promise<NotebookKernel | undefined> {
  const isOf = (cell: vscode.NotebookCell) => cell.document === document
  const notebook = workspace.notebookDocuments.find((each) => each.getCells().some(isOf))
  const kernel = notebook && (await findKernel(notebook))
  if (kernel === undefined) return undefined
  const { kernels } = await kernel.client.call('kernels/list', {})
  const known = kernels.find(({ kernelId }) => kernelId === kernel.kernelId)
  const speaks = known !== undefined && listLanguageIds(known.environment).includes(document.languageId)
  return speaks && known.status === 'idle' ? kernel : undefined
}

/** Asks, and gives nothing where that fails or is no longer wanted: a hint is not worth a message. */
async function quietly<T>(token: vscode.CancellationToken, ask: (signal: AbortSignal) => Promise<T>) {
  const closing = new AbortController()
  const listening = token.onCancellationRequested(() => closing.abort())
  try {
    return await ask(closing.signal)
  } catch {
    return undefined
  } finally {
    listening.dispose()
  }
}

function createCompletions(api: CommandContext['vscode'], findKernel: FindKernel): vscode.CompletionItemProvider {
  const { CompletionItem, CompletionItemKind, Range } = api
  const kinds: Readonly<Record<string, vscode.CompletionItemKind>> = {
    function: CompletionItemKind.Function,
    class: CompletionItemKind.Class,
    module: CompletionItemKind.Module,
    instance: CompletionItemKind.Variable,
    statement: CompletionItemKind.Variable,
    param: CompletionItemKind.Variable,
    property: CompletionItemKind.Property,
    keyword: CompletionItemKind.Keyword,
    path: CompletionItemKind.File,
    magic: CompletionItemKind.Function,
  }
  return {
    provideCompletionItems: (document, at, token) =>
      quietly(token, async (signal) => {
        const kernel = await findIdle(api, document, findKernel)
        if (kernel === undefined) return undefined
        const asked = { kernelId: kernel.kernelId, code: document.getText(), position: document.offsetAt(at) }
        const { matches, start, end } = await kernel.client.call('kernels/complete', asked, { signal })
        const range = new Range(document.positionAt(start), document.positionAt(end))
        return matches.map(({ text, type = '' }) => {
          const item = new CompletionItem(text, kinds[type] ?? CompletionItemKind.Text)
          item.range = range
          // Names with underscores last, as the kernel has them.
          item.sortText = text.replaceAll('_', '~')
          return item
        })
      }),
  }
}

function createHovers(api: CommandContext['vscode'], findKernel: FindKernel): vscode.HoverProvider {
  return {
    provideHover: (document, at, token) =>
      quietly(token, async (signal) => {
        const word = document.getWordRangeAtPosition(at)
        if (word === undefined) return undefined
        const kernel = await findIdle(api, document, findKernel)
        if (kernel === undefined) return undefined
        const asked = { kernelId: kernel.kernelId, code: document.getText(), position: document.offsetAt(word.end) }
        const { data } = await kernel.client.call('kernels/inspect', asked, { signal })
        const text = readInspection(data)
        if (text === undefined) return undefined
        return new api.Hover(new api.MarkdownString().appendCodeblock(text, 'plaintext'), word)
      }),
  }
}

function createSignatures(api: CommandContext['vscode'], findKernel: FindKernel): vscode.SignatureHelpProvider {
  return {
    provideSignatureHelp: (document, at, token) =>
      quietly(token, async (signal) => {
        const code = document.getText()
        const call = findCall(code, document.offsetAt(at))
        if (call === undefined) return undefined
        const kernel = await findIdle(api, document, findKernel)
        if (kernel === undefined) return undefined
        const asked = { kernelId: kernel.kernelId, code, position: call.end }
        const { data } = await kernel.client.call('kernels/inspect', asked, { signal })
        const signature = readSignature(readInspection(data) ?? '')
        if (signature === undefined) return undefined
        const shown = new api.SignatureInformation(signature.label, signature.documentation)
        shown.parameters = signature.parameters.map((label) => new api.ParameterInformation(label))
        const help = new api.SignatureHelp()
        help.signatures = [shown]
        help.activeParameter = Math.min(call.argument, Math.max(signature.parameters.length - 1, 0))
        return help
      }),
  }
}
