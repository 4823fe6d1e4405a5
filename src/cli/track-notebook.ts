import os from 'node:os'
import { dirname, relative, sep } from 'node:path'
import { followExecution } from '../client/follow-execution.ts'
import { newExecutionId } from '../client/kernel-ids.ts'
import type { NotebookRun } from '../client/run-notebook.ts'
import type { CellOutput } from '../protocol/cell-outputs.ts'
import type { Client } from '../protocol/client.ts'
import { isRemote, type Kernel, type KernelId } from '../protocol/kernels.ts'
import { formatNotebook } from '../protocol/notebook-file.ts'
import type { Run, RunStatus, Tag } from '../protocol/runs.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'
import { describeRun, storeFiles } from '../supervisor/describe-run.ts'
import { readCodeState } from '../supervisor/code-state.ts'
import type { CliContext } from './context.ts'

export interface TrackedNotebook {
  readonly context: CliContext
  readonly client: Client
  readonly kernelId: KernelId
  /** Absolute, as is `path`, that of the notebook. */
  readonly workspace: string
  readonly path: string
  readonly experiment: string
  readonly name: string | undefined
}

/** A run that a notebook is run as. */
export interface NotebookTracking {
  readonly run: Run
  /** Told of all that it shows. */
  hear(output: CellOutput): void
  /** Ends the run, with the notebook as it was run where that came to its end. */
  end(status: RunStatus, ran: NotebookRun | undefined): Promise<void>
}

/** What is above is not in the log of the run. */
const maxLogCharacters = 64 << 20

/**
 * Starts a run for a notebook in a kernel that is there: with the state of the code and the environment, and so that an
 * MLflow client in a cell for Python or JavaScript logs to it. A kernel of another machine knows no tracking server here.
 */
export async function trackNotebook(parts: TrackedNotebook): Promise<NotebookTracking> {
  const { context, client, kernelId, workspace, path, name } = parts
  const env = Object.fromEntries(Object.entries(context.env).flatMap(([key, value]) => (value ? [[key, value]] : [])))
  const cwd = dirname(path)
  const [code, { kernel }, { experiment }] = await Promise.all([
    readCodeState(cwd, env),
    client.call('kernels/get', { kernelId }),
    client.call('experiments/ensure', { name: parts.experiment }),
  ])
  const file = relative(workspace, path).replaceAll(sep, '/')
  const tags: [string, string | undefined][] = [
    [tagNames.user, os.userInfo().username],
    [tagNames.sourceName, file],
    [tagNames.sourceType, 'NOTEBOOK'],
    [tagNames.notebook, file.startsWith('../') ? undefined : file],
    [tagNames.gitCommit, code?.commit],
    [tagNames.gitBranch, code?.branch],
    [tagNames.gitRepoUrl, code?.remoteUrl],
    [tagNames.gitDirty, code === undefined ? undefined : String(code.dirty)],
  ]
  const { run } = await client.call('runs/start', {
    experimentId: experiment.experimentId,
    ...(name === undefined ? {} : { name }),
    userId: os.userInfo().username,
    tags: tags.flatMap(([key, value]): Tag[] => (value === undefined || value === '' ? [] : [{ key, value }])),
  })
  const { runId } = run
  const told = { client, warn: (message: string) => void context.stderr.write(`runwright: ${message}\n`) }
  const isHere = !isRemote(kernel.environment)
  const command = [kernel.environment.interpreter, path]
  // What it runs on is told of a kernel here only.
  const described = isHere ? describeRun(told, runId, { code, command, cwd, workspace, env }) : Promise.resolve()
  const say = (words: ((run: Run) => string) | undefined) =>
    words === undefined || !isHere ? Promise.resolve() : executeSilently(parts, words(run))
  const { enter, leave } = clientWords(kernel)
  await say(enter)
  const log: string[] = []
  let logLength = 0

  return {
    run,
    hear(output) {
      const text = textOf(output)
      if (logLength + text.length > maxLogCharacters) return
      logLength += text.length
      log.push(text)
    },
    async end(status, ran) {
      await say(leave).catch(() => undefined)
      await described
      const files = [
        ...(log.length === 0 ? [] : [{ path: artifactPaths.log, content: Buffer.from(log.join('')) }]),
        ...(ran === undefined
          ? []
          : [{ path: artifactPaths.notebook, content: Buffer.from(formatNotebook(ran.notebook)) }]),
      ]
      await storeFiles(told, runId, files)
      await client.call('runs/end', { runId, status })
    },
  }
}

function textOf(output: CellOutput): string {
  if (output.kind === 'stream') return output.text
  if (output.kind === 'error') return `${output.traceback.join('\n')}\n`
  const text = output.kind === 'display' || output.kind === 'result' ? output.data['text/plain'] : undefined
  return typeof text === 'string' ? `${text}\n` : ''
}

/** By which an MLflow client finds the run, and has let go of it before its end is told: it would tell another. */
function clientWords({ environment: { language } }: Kernel): {
  readonly enter?: (run: Run) => string
  readonly leave?: (run: Run) => string
} {
  const variables = ({ runId, experimentId }: Run) =>
    JSON.stringify({ MLFLOW_RUN_ID: runId, MLFLOW_EXPERIMENT_ID: experimentId })
  if (language === 'python') {
    return {
      enter: (run) => `__import__("os").environ.update(${variables(run)})`,
      leave: (run) => `(lambda os, mlflow, names: (
    mlflow and mlflow.active_run() and mlflow.active_run().info.run_id == names["MLFLOW_RUN_ID"] and mlflow.end_run(),
    [os.environ.pop(name, None) for name in names],
) and None)(__import__("os"), __import__("sys").modules.get("mlflow"), ${variables(run)})`,
    }
  }
  if (language !== 'javascript') return {}
  return {
    enter: (run) => `void Object.assign(process.env, ${variables(run)})`,
    leave: (run) => `for (const name of Object.keys(${variables(run)})) delete process.env[name]`,
  }
}

async function executeSilently({ context, client, kernelId }: TrackedNotebook, code: string): Promise<void> {
  const asked = { kernelId, executionId: newExecutionId(context), code, isSilent: true, stopsOnError: false }
  const { execution } = await client.call('kernels/execute', asked)
  for await (const record of followExecution(client, kernelId, execution)) {
    // Until its end, whatever that is.
    if (record.kind === 'ended') return
  }
}
