import assert from 'node:assert/strict'
import type * as vscode from 'vscode'
import type { Client } from '../../src/protocol/client.ts'
import type { KernelEnvironment } from '../../src/protocol/kernels.ts'
import type { KeptValues } from '../../src/extension/notebook/kept-values.ts'
import { ensureKernel, type NotebookContext } from '../../src/extension/notebook/notebook-kernel.ts'
import { createNotebookMemory, type NotebookMemory } from '../../src/extension/notebook/notebook-memory.ts'
import { createRunningNotebooks } from '../../src/extension/notebook/running-notebooks.ts'

class Item {
  readonly data: Uint8Array
  readonly mime: string
  constructor(data: Uint8Array, mime: string) {
    this.data = data
    this.mime = mime
  }
  static error({ name, message }: Error): Item {
    return new Item(Buffer.from(JSON.stringify({ name, message })), 'application/vnd.code.notebook.error')
  }
}

class Output {
  items: Item[]
  readonly metadata: Readonly<Record<string, unknown>> | undefined
  constructor(items: Item[], metadata?: Readonly<Record<string, unknown>>) {
    this.items = items
    this.metadata = metadata
  }
}

class TokenSource {
  readonly token = { isCancellationRequested: false }
  cancel(): void {
    this.token.isCancellationRequested = true
  }
}

/** A cell as VS Code has it, and what became of its executions. */
export interface MemoryCell {
  outputs: Output[]
  /** Of its last execution; as long as it waits, it has not `begun`. */
  state: 'none' | 'waiting' | 'begun' | 'ended'
  success: boolean | undefined
  executionOrder: number | undefined
  /** Of each execution, how often something was put into the cell. */
  actCount: number
  /** Settles at the end of the last execution. */
  ended: PromiseWithResolvers<void>
  text(): string
  /** What it shows as errors. */
  errors(): string[]
}

/** A window with one notebook. It goes on to be there when it is left, and does nothing. */
export interface MemoryWindow {
  readonly memory: NotebookMemory
  readonly cells: readonly MemoryCell[]
  /** What was logged. */
  readonly warnings: readonly string[]
  /** Runs the cells at these places. */
  run(...indexes: number[]): Promise<void>
  attach(): Promise<void>
  leave(): void
}

export interface MemoryWindowParts {
  /** Absolute path of the workspace. */
  readonly folder: string
  readonly environment: KernelEnvironment
  readonly values: KeptValues
  readonly sources: readonly string[]
  client(): Client
  /** Answers what a cell asks. */
  answer?(prompt: string): string
}

/**
 * A notebook whose cells are kept in memory, by the rules of VS Code's executions: they begin and end once, and nothing
 * is shown before or after.
 */
export function openMemoryWindow(parts: MemoryWindowParts): MemoryWindow {
  const { folder, environment } = parts
  const uri = { fsPath: `${folder}/notebook.ipynb`, toString: () => 'file:///notebook.ipynb' }
  const place = { uri: { fsPath: folder } }
  const warnings: string[] = []
  const context = {
    vscode: {
      NotebookCellOutput: Output,
      NotebookCellOutputItem: Item,
      CancellationTokenSource: TokenSource,
      window: {
        showInputBox: ({ prompt }: { prompt: string }) => Promise.resolve(parts.answer?.(prompt)),
        showWarningMessage: () => Promise.resolve(undefined),
      },
      workspace: { getWorkspaceFolder: () => place },
    },
    jupyterServers: { findAccess: () => Promise.resolve(undefined) },
    connections: {
      list: () => [{ id: 'engine', place: { kind: 'folder', path: folder } }],
      client: () => Promise.resolve(parts.client()),
    },
    useFolder: () => undefined,
    log: { warn: (...words: unknown[]) => void warnings.push(words.join(' ')) },
  }
  const notebook = { uri, getCells: () => cells }
  const cells = parts.sources.map((source, index) => newCell(notebook, index, source))
  // SAFETY: as much of VS Code as is asked by what this test is of, in memory.
  const given = { context, notebook, cells } as unknown as {
    context: NotebookContext
    notebook: vscode.NotebookDocument
    cells: vscode.NotebookCell[]
  }
  const memory = createNotebookMemory(parts.values)
  const running = createRunningNotebooks(
    () => given.context,
    memory,
    () => ({ createExecution }),
    () => undefined,
  )
  return {
    memory,
    cells,
    warnings,
    async run(...indexes) {
      const chosen = given.cells.filter((_, index) => indexes.includes(index))
      const ensure = () => ensureKernel(given.context, memory, given.notebook, environment)
      await running.run(chosen, given.notebook, ensure)
    },
    attach: () => running.attach(given.notebook),
    leave: () => running.closed(given.notebook),
  }
}

function newCell(notebook: object, index: number, source: string) {
  const cell: MemoryCell = {
    outputs: [],
    state: 'none',
    success: undefined,
    executionOrder: undefined,
    actCount: 0,
    ended: Promise.withResolvers<void>(),
    text: () => decode(cell, /stdout$/).join(''),
    errors: () => decode(cell, /error$/),
  }
  return Object.assign(cell, {
    notebook,
    index,
    metadata: { id: `cell-${index}` },
    document: { getText: () => source },
  })
}

function decode({ outputs }: MemoryCell, mime: RegExp): string[] {
  const items = outputs.flatMap(({ items }) => items).filter((item) => mime.test(item.mime))
  return items.map(({ data }) => Buffer.from(data).toString())
}

function createExecution(given: vscode.NotebookCell): vscode.NotebookCellExecution {
  // SAFETY: `openMemoryWindow` makes all cells that there are.
  const cell = given as unknown as MemoryCell
  assert.ok(cell.state === 'none' || cell.state === 'ended', 'a cell has one execution at a time')
  Object.assign(cell, { state: 'waiting', success: undefined, actCount: 0, ended: Promise.withResolvers<void>() })
  const show = (change: () => void) => {
    assert.equal(cell.state, 'begun', 'a cell is changed while it runs')
    change()
    cell.actCount++
    return Promise.resolve()
  }
  const execution = {
    cell,
    set executionOrder(order: number) {
      cell.executionOrder = order
    },
    start() {
      if (cell.state !== 'waiting') throw new Error('It has begun.')
      cell.state = 'begun'
    },
    end(success: boolean | undefined) {
      assert.equal(cell.state, 'begun')
      Object.assign(cell, { state: 'ended', success })
      cell.ended.resolve()
    },
    clearOutput: () => show(() => (cell.outputs = [])),
    appendOutput: (output: Output) => show(() => cell.outputs.push(output)),
    appendOutputItems: (items: Item[], output: Output) => show(() => output.items.push(...items)),
    replaceOutputItems: (items: Item[], output: Output) => show(() => (output.items = items)),
  }
  // SAFETY: as above.
  return execution as unknown as vscode.NotebookCellExecution
}
