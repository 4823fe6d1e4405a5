import { readFile } from 'node:fs/promises'
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { type ComparedCell, compareRun } from '../../client/compare-outputs.ts'
import { chooseEnvironment, findKernel } from '../../client/find-kernel.ts'
import { newExecutionId, newKernelId } from '../../client/kernel-ids.ts'
import { type NotebookRun, runNotebook } from '../../client/run-notebook.ts'
import type { CellOutput } from '../../protocol/cell-outputs.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { TargetTokens } from '../../protocol/jobs.ts'
import type { KernelId } from '../../protocol/kernels.ts'
import { formatNotebook, languageOf, type Notebook, parseNotebook } from '../../protocol/notebook-file.ts'
import type { Run, RunStatus } from '../../protocol/runs.ts'
import { describeComparison } from '../compared-cells.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import type { CliContext } from '../context.ts'
import { readTokens } from '../read-tokens.ts'
import { formatDuration, printable, toJson } from '../text.ts'
import { trackNotebook } from '../track-notebook.ts'
import { writeWhole } from '../write-whole.ts'

export default defineCliCommand({
  name: 'notebook run',
  summary: 'Runs a notebook from top to bottom, and writes it with its outputs.',
  details: `It stops at the first cell that fails, and exits with 1. The notebook with all outputs until then is written to
NAME.executed.ipynb beside it. It runs in its folder, in a kernel of its own, which is ended with it, unless --kernel
names one. With --compare it also exits with 1 when a cell shows something else than the notebook had: what is different
in every run (addresses in memory, counts of executions, tracked runs) does not count. With --track it is a run, with the
state of its code, its environment, all it prints, and itself as it was run; an MLflow client in its cells logs to it.`,
  example: 'runwright notebook run train.ipynb --environment .venv',
  options: {
    environment: {
      type: 'string',
      short: 'e',
      value: 'ENVIRONMENT',
      summary: 'What to run it in. Default: the best one',
    },
    kernel: { type: 'string', short: 'k', value: 'KERNEL', summary: 'A kernel that runs already; it goes on' },
    output: { type: 'string', short: 'o', value: 'FILE', summary: 'Write it there' },
    'in-place': { type: 'boolean', summary: 'Write it to the notebook itself' },
    compare: { type: 'boolean', summary: 'Tell which cells show something else than before' },
    track: { type: 'boolean', summary: 'As a run, which fails where the notebook does' },
    experiment: {
      type: 'string',
      value: 'NAME',
      summary: 'With --track: created when there is none. Default: Default',
    },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'With --track: what the run is called' },
    'allow-errors': { type: 'boolean', summary: 'Go on after cells that fail' },
  },
  operands: { usage: 'FILE', min: 1, max: 1 },
  // Its kernel is to be ended first.
  ownsSignals: true,
  async run(context, { options, operands: [file = ''], json, workspace }) {
    if (options.output !== undefined && options['in-place']) {
      throw usageError('notebook run', '--output and --in-place exclude each other.')
    }
    if (!options.track && (options.experiment ?? options.name) !== undefined) {
      throw usageError('notebook run', '--experiment and --name are for --track.')
    }
    const path = resolve(context.cwd, file)
    const notebook = parseNotebook(await readNotebook(path, file), file)
    const written = options.output === undefined ? path : resolve(context.cwd, options.output)
    const isBeside = options.output === undefined && !options['in-place']
    const target = isBeside ? path.replace(/(\.ipynb)?$/, '.executed.ipynb') : written
    await using client = await context.connect(workspace)
    const folder = folderInside(workspace, dirname(path))
    const tokens = await readTokens(workspace, context.env)
    await using kernel = await openKernel(context, client, notebook, {
      ...options,
      name: basename(path),
      folder,
      tokens,
    })
    const { kernelId } = kernel
    const { experiment = 'Default' } = options
    const tracking = options.track
      ? await trackNotebook({ context, client, kernelId, workspace, path, experiment, name: options.name })
      : undefined
    if (!json && tracking !== undefined) context.stderr.write(`runwright: ${describeTracked(tracking.run)}\n`)
    const running = runNotebook(client, notebook, {
      kernelId,
      allowsErrors: options['allow-errors'],
      newExecutionId: () => newExecutionId(context),
      onOutput(_, output) {
        tracking?.hear(output)
        if (!json) print(context, output)
      },
      onCell: ({ index, status, durationMs }) =>
        json || context.stderr.write(`cell ${index + 1}: ${status}, ${formatDuration(durationMs)}\n`),
      signal: context.signal,
    })
    const run = await running.catch(async (error: unknown) => {
      await tracking?.end(context.signal.aborted ? 'KILLED' : 'FAILED', undefined)
      throw error
    })
    const isOk = run.isOk || options['allow-errors']
    await tracking?.end(isOk ? 'FINISHED' : 'FAILED', run)
    await writeWhole(target, formatNotebook(run.notebook))
    const compared = options.compare ? compareRun(notebook, run) : undefined
    const tracked = tracking && { run: describeRun(tracking.run, isOk ? 'FINISHED' : 'FAILED') }
    if (json)
      context.stdout.write(toJson({ ok: run.isOk, file: target, ...tracked, cells: describeCells(run, compared) }))
    else if (compared !== undefined) context.stdout.write(describeComparison(compared))
    const isSame = compared?.every(({ change }) => change !== 'changed') ?? true
    return isSame && isOk ? exitCodes.ok : exitCodes.failed
  },
})

function describeTracked({ name, runId }: Run): string {
  return `run ${printable(name)} (${runId})`
}

function describeRun({ runId, experimentId, name }: Run, status: RunStatus): object {
  return { runId, experimentId, name, status }
}

function readNotebook(path: string, file: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${file} cannot be read: it is no file here.`, {
      hint: 'Name a notebook by its path.',
      cause,
    })
  })
}

/** A notebook runs where it lies, as it does in Jupyter; one from outside runs in the workspace. */
function folderInside(workspace: string, folder: string): string | undefined {
  const path = relative(workspace, folder)
  const isOutside = path === '' || path.split(sep)[0] === '..' || isAbsolute(path)
  return isOutside ? undefined : path.replaceAll(sep, '/')
}

/** One of its own is ended with the command, however that ends. */
async function openKernel(
  context: CliContext,
  client: Client,
  notebook: Notebook,
  {
    kernel,
    environment,
    name,
    folder,
    tokens,
  }: {
    kernel: string | undefined
    environment: string | undefined
    name: string
    folder: string | undefined
    tokens: TargetTokens
  },
): Promise<{ kernelId: KernelId } & AsyncDisposable> {
  if (kernel !== undefined) {
    const { kernelId } = await findKernel(client, kernel)
    return { kernelId, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const { environmentId } = await chooseEnvironment(client, environment, languageOf(notebook))
  const kernelId = newKernelId(context)
  const place = folder === undefined ? {} : { workingDirectory: folder }
  await client.call('kernels/start', { kernelId, environmentId, name, tokens, ...place })
  return {
    kernelId,
    async [Symbol.asyncDispose]() {
      await client.call('kernels/shutdown', { kernelId })
    },
  }
}

function print({ stdout, stderr }: CliContext, output: CellOutput): void {
  if (output.kind === 'stream') (output.name === 'stdout' ? stdout : stderr).write(output.text)
  if (output.kind === 'error') stderr.write(`${output.traceback.join('\n')}\n`)
  if (output.kind !== 'display' && output.kind !== 'result') return
  const text = output.data['text/plain']
  if (typeof text === 'string') stdout.write(`${text}\n`)
}

function describeCells({ cells, notebook }: NotebookRun, compared: readonly ComparedCell[] = []): object[] {
  return cells.map((cell) => {
    const change = compared.find(({ index }) => index === cell.index)?.change
    return { ...cell, id: notebook.cells[cell.index]?.id, ...(change === undefined ? {} : { change }) }
  })
}
