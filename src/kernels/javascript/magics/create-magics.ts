import { RunwrightError } from '../../../protocol/errors.ts'
import { parseExecutionId, parseKernelId } from '../../../protocol/kernels.ts'
import type { RunStatus } from '../../../protocol/runs.ts'
import { kernelVariable } from '../../magics-environment.ts'
import type { RunningCell } from '../cell-scope.ts'
import type { Content } from '../kernel-lines.ts'
import { openCellEngine } from './call-engine.ts'
import { lineMagics } from './rewrite-magics.ts'
import { runCommand } from './run-command.ts'
import { showComparison, showRuns } from './show-runs.ts'
import { type ShownData, showTables, tablesOf } from './show-tables.ts'
import { readTrackWords, splitWords } from './magic-words.ts'
import { simpleParams } from './simple-params.ts'
import { type TrackedCell, trackCell } from './tracked-cell.ts'

/** What cells may ask of Runwright, in the words of the command line. */
export interface Magics {
  /** @throws Error that is for the reader of the cell */
  call(name: string, line: string): Promise<unknown>
  /** Told of all that a cell shows, before it is shown. */
  hear(cell: RunningCell | undefined, type: string, content: Content): void
  /** Undefined for a cell that is no run; else it resolves when its end was told, or could not be. */
  end(cell: RunningCell, status: RunStatus, error: string): Promise<void> | undefined
}

export interface MagicsParts {
  readonly env: Record<string, string | undefined>
  cell(): RunningCell | undefined
  publish(type: string, content: Content): void
  /** The value of a variable of cells. */
  read(name: string): unknown
  now(): number
}

export function createMagics({ env, cell: currentCell, publish, read, now }: MagicsParts): Magics {
  const tracked = new Map<string, { run: TrackedCell; metrics: readonly string[] }>()
  const say = (text: string) => publish('stream', { name: 'stdout', text: `Runwright: ${text}\n` })

  async function track(line: string): Promise<void> {
    const { name, experiment = 'Default', params, metrics, takesConstants } = readTrackWords(line)
    const cell = currentCell()
    if (cell === undefined || tracked.has(cell.id)) return
    const found = takesConstants ? simpleParams(cell.code).filter(({ key }) => !metrics.includes(key)) : []
    const given = new Map([...found, ...params].map(({ key, value }) => [key, value]))
    const all = [...given].map(([key, value]) => ({ key, value }))
    const engine = openCellEngine(env)
    try {
      const execution = findExecution(env, cell.id)
      const run = await trackCell({ engine, code: cell.code, name, experiment, params: all, execution, publish, now })
      tracked.set(cell.id, { run, metrics })
    } catch (error) {
      say(`this cell runs, and is no run: ${explain(error)}`)
    }
  }

  function readMetrics(names: readonly string[]): ReadonlyMap<string, number> {
    const found = names.map((name) => [name, Number(read(name))] as const)
    for (const [name, value] of found) {
      if (Number.isNaN(value)) say(`the metric ${name} is not logged: there is no number of that name.`)
    }
    return new Map(found.filter(([, value]) => Number.isFinite(value)))
  }

  return {
    async call(name, line) {
      if (name === 'track') return track(line)
      if (name === 'runwright') return showHelp(line)
      return showCommand(name, splitWords(name, line), { env, publish })
    },
    hear(cell, type, content) {
      if (cell !== undefined) tracked.get(cell.id)?.run.hear(type, content)
    },
    end(cell, status, error) {
      const found = tracked.get(cell.id)
      if (found === undefined) return undefined
      tracked.delete(cell.id)
      return found.run
        .end(status, status === 'KILLED' ? new Map() : readMetrics(found.metrics), error)
        .catch((trouble: unknown) => say(`the end of the run could not be told: ${explain(trouble)}`))
    },
  }
}

function findExecution(env: MagicsParts['env'], cellId: string) {
  const [kernelId, executionId] = [parseKernelId(env[kernelVariable] ?? ''), parseExecutionId(cellId)]
  return kernelId === undefined || executionId === undefined ? undefined : { kernelId, executionId }
}

/** What it has found is shown also where it was not what was asked for, which is an error then. */
async function showCommand(
  name: string,
  words: readonly string[],
  { env, publish }: Pick<MagicsParts, 'env' | 'publish'>,
): Promise<ShownData> {
  const { data, problem } = await runCommand(toCommand(name, words), env)
  const shown = showAnswer(name, data)
  if (problem === '') return shown
  publish('display_data', { data: shown.bundle, metadata: {} })
  throw new Error(problem)
}

function showAnswer(name: string, data: unknown): ShownData {
  if (name === 'runs') return showRuns(data)
  if (name === 'compare') return showComparison(data)
  return showTables(name === 'compress' ? 'compression' : name, data, tablesOf(data))
}

const ofRegistry = new Set(['list', 'register', 'alias', 'delete'])

function toCommand(name: string, words: readonly string[]): readonly string[] {
  const [first] = words
  if (name === 'runs') return ['runs', 'list', ...words]
  if (name === 'data' && first === undefined) return ['data', 'status']
  if (name !== 'model') return [name, ...words]
  if (first === undefined) return ['models', 'list']
  if (ofRegistry.has(first)) return ['models', ...words]
  return first.endsWith('.onnx') ? ['model', 'show', ...words] : ['model', ...words]
}

function showHelp(line: string): ShownData {
  if (line !== 'help') throw new Error(`%runwright: there is no "${line}". %runwright help tells of all magics.`)
  const rows = ['%%track', ...lineMagics.map((name) => `%${name}`)].map((name) => [name, summaries[name]])
  return showTables('magics', rows, [{ title: '', columns: ['magic', 'what it does'], rows }])
}

const summaries: Readonly<Record<string, string>> = {
  '%%track': 'makes the cell a run: what it prints and draws, how long it takes and how it ends',
  '%runs': 'lists runs by experiment, newest first, with the best one marked',
  '%compare': 'shows where runs differ: params, metrics, code, environment, data, artifacts',
  '%data': 'tells what "runwright data" tells',
  '%model': 'shows, runs, tests and exports models, and lists and registers them',
  '%compress': 'looks for the smallest and fastest version of an ONNX model that is good enough',
  '%runwright': 'tells what magics there are',
}

function explain(error: unknown): string {
  if (!(error instanceof RunwrightError)) return String(error)
  return error.hint === undefined ? error.message : `${error.message} ${error.hint}`
}
