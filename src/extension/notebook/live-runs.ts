import type * as vscode from 'vscode'
import { listRuns } from '../../client/list-runs.ts'
import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { RunId } from '../../protocol/ids.ts'
import {
  type FollowedRuns,
  type Follows,
  goesOn,
  parseFromNotebookRuns,
  runsRendererId,
  type ToNotebookRuns,
} from '../../protocol/notebook-runs-messages.ts'
import { createView, titleRuns } from '../../views/new-view.ts'
import type { CommandContext } from '../context.ts'
import { findConnection } from '../jobs/train-file.ts'
import { currentLanguage } from '../localize.ts'
import { createCoalesced } from '../tree/coalesced.ts'
import { describeError } from '../tree/error-notice.ts'
import { getNotebookClient } from './notebook-kernel.ts'

/** What magics show of runs in notebooks, and what has become of them since. */
export interface LiveRuns extends vscode.Disposable {
  /** A change of a connection's runs. */
  received(connectionId: string, event: ChangeEvent): void
  /** A connection came or went. */
  connectionsChanged(): void
}

interface Followed {
  readonly notebook: vscode.NotebookDocument
  isLive: boolean
  readonly connectionId: () => string | undefined
  readonly load: () => Promise<void>
  timer?: NodeJS.Timeout
  /** Milliseconds, the last time. */
  tookMs: number
  /** Something has changed while no editor showed it. */
  isStale: boolean
}

/** Often enough to look live; a training may log thousands of points meanwhile. */
const pauseMs = 300

/** A list of many experiments, which takes long to read, is read for a fifth of the time at most. */
const restPerRead = 4

/** @param context asked for late, because it holds this */
export function openLiveRuns(
  { window, workspace, notebooks, Disposable }: CommandContext['vscode'],
  context: () => CommandContext,
): LiveRuns {
  const messaging = notebooks.createRendererMessaging(runsRendererId)
  const followed = new Map<string, Followed>()
  const keyOf = (notebook: vscode.NotebookDocument, output: string) => `${notebook.uri.toString()} ${output}`
  const editorsOf = (notebook: vscode.NotebookDocument) =>
    window.visibleNotebookEditors.filter((editor) => editor.notebook === notebook)

  const post = (notebook: vscode.NotebookDocument, message: ToNotebookRuns): void => {
    for (const editor of editorsOf(notebook)) void messaging.postMessage(message, editor)
  }

  /** Of the notebook's folder; undefined where it has none, or that is not used yet. */
  const findOwn = ({ uri }: vscode.NotebookDocument) => {
    const folder = workspace.getWorkspaceFolder(uri) ?? workspace.workspaceFolders?.[0]
    return folder && findConnection(context().connections, folder)
  }

  function follow(notebook: vscode.NotebookDocument, output: string, shown: FollowedRuns, follows: Follows): Followed {
    const work = async (): Promise<void> => {
      const from = Date.now()
      try {
        const found = await read(await getNotebookClient(context(), notebook), shown)
        each.isLive = follows === 'all' || (follows === 'unfinished' && goesOn(found.data))
        post(notebook, { ...found, output, isLive: each.isLive, at: Date.now() })
      } catch (error) {
        const { text, hint } = describeError(error)
        post(notebook, { kind: 'trouble', output, text: [text, hint].filter((part) => part !== undefined).join(' ') })
      }
      each.tookMs = Date.now() - from
    }
    const each: Followed = {
      notebook,
      isLive: follows !== 'nothing',
      connectionId: () => findOwn(notebook)?.id,
      load: createCoalesced(work),
      isStale: false,
      tookMs: 0,
    }
    return each
  }

  function refresh(each: Followed): void {
    // An output alone starts no engine.
    if (each.connectionId() === undefined) return
    if (editorsOf(each.notebook).length === 0) {
      each.isStale = true
      return
    }
    const rest = Math.max(pauseMs, restPerRead * each.tookMs)
    each.timer ??= setTimeout(() => {
      delete each.timer
      void each.load()
    }, rest)
  }

  function forget(key: string): void {
    clearTimeout(followed.get(key)?.timer)
    followed.delete(key)
  }

  async function show(notebook: vscode.NotebookDocument, experiment: string): Promise<void> {
    const connection = findOwn(notebook)
    if (connection === undefined) return
    await context().comparisons.open(connection.id, createView(experiment, [experiment], 'runs'))
  }

  async function compare(notebook: vscode.NotebookDocument, runIds: readonly RunId[]): Promise<void> {
    const connection = findOwn(notebook)
    if (connection === undefined) return
    const client = await context().connections.client(connection.id)
    const found = await Promise.all(runIds.map(async (runId) => (await client.call('runs/get', { runId })).run))
    const { experiments } = await client.call('experiments/list', { view: 'ALL' })
    const names = found.flatMap((run) => experiments.find((each) => each.experimentId === run.experimentId)?.name ?? [])
    const title = titleRuns(found.map(({ name }) => name))
    await context().comparisons.open(connection.id, createView(title, names, 'differences', runIds))
  }

  const tell = async (work: Promise<void>): Promise<void> => {
    try {
      await work
    } catch (error) {
      const { text, hint } = describeError(error)
      await window.showErrorMessage([text, hint].filter((part) => part !== undefined).join(' '))
    }
  }

  function hear({ notebook }: vscode.NotebookEditor, received: unknown): void {
    const message = parseFromNotebookRuns(received)
    if (message === undefined) return
    if (message.kind === 'open') return void tell(show(notebook, message.experiment))
    if (message.kind === 'compare') return void tell(compare(notebook, message.runIds))
    const key = keyOf(notebook, message.output)
    if (message.kind === 'refresh') return void followed.get(key)?.load()
    forget(key)
    if (message.kind !== 'follow') return
    const each = follow(notebook, message.output, message.shown, message.follows)
    followed.set(key, each)
    post(notebook, { kind: 'language', language: currentLanguage() })
    if (each.isLive) refresh(each)
  }

  const subscriptions = Disposable.from(
    messaging.onDidReceiveMessage(({ editor, message }) => hear(editor, message)),
    workspace.onDidCloseNotebookDocument((notebook) => {
      for (const [key, each] of followed) if (each.notebook === notebook) forget(key)
    }),
    window.onDidChangeVisibleNotebookEditors(() => {
      for (const each of followed.values()) {
        if (!each.isStale || editorsOf(each.notebook).length === 0) continue
        each.isStale = false
        refresh(each)
      }
    }),
  )

  return {
    received(connectionId, { kind }) {
      if (!['reset', 'experiment', 'run', 'metrics'].includes(kind)) return
      for (const each of followed.values()) if (each.isLive && each.connectionId() === connectionId) refresh(each)
    },
    connectionsChanged() {
      for (const each of followed.values()) if (each.isLive) refresh(each)
    },
    dispose() {
      for (const key of followed.keys()) forget(key)
      subscriptions.dispose()
    },
  }
}

async function read(client: Client, shown: FollowedRuns) {
  if (shown.thing === 'runs') return { kind: 'runs', data: await listRuns(client, shown.query) } as const
  return { kind: 'comparison', data: await client.call('runs/diff', { runIds: shown.runIds }) } as const
}
