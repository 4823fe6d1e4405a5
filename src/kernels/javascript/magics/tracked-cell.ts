import type { ExecutionId, KernelId } from '../../../protocol/kernels.ts'
import type { Param, Run, RunStatus } from '../../../protocol/runs.ts'
import type { Content } from '../kernel-lines.ts'
import { type CellEngine, withPatience } from './call-engine.ts'
import { showTables } from './show-tables.ts'

/** A cell that is a run, while it goes on. */
export interface TrackedCell {
  /** Told of all that the cell shows. */
  hear(type: string, content: Content): void
  /**
   * @param error what it says where it failed
   * @throws RunwrightError where it could not be told
   */
  end(status: RunStatus, metrics: ReadonlyMap<string, number>, error: string): Promise<void>
}

export interface TrackedCellParts {
  readonly engine: CellEngine
  readonly code: string
  readonly name: string | undefined
  readonly experiment: string
  readonly params: readonly Param[]
  /** By which the engine keeps what was run until the cell's end. */
  readonly execution: { readonly kernelId: KernelId; readonly executionId: ExecutionId } | undefined
  /** Of Jupyter: `display_data`, `update_display_data`. */
  publish(type: string, content: Content): void
  now(): number
}

const maxLogCharacters = 256 << 20
const maxFigures = 100
const figureTypes = new Map([
  ['image/png', 'png'],
  ['image/jpeg', 'jpg'],
  ['image/svg+xml', 'svg'],
])

/** Starts the run, and shows it where it goes on. @throws RunwrightError */
export async function trackCell(parts: TrackedCellParts): Promise<TrackedCell> {
  const { engine, code, params, publish, execution } = parts
  const { experiment } = await engine.call('experiments/ensure', { name: parts.experiment })
  const { run } = await engine.call('runs/start', {
    experimentId: experiment.experimentId,
    ...(parts.name === undefined ? {} : { name: parts.name }),
    params,
    tags: [{ key: 'mlflow.source.type', value: 'NOTEBOOK' }],
  })
  await engine.upload(run.artifactUri, 'code/cell.js', code)
  const transient = { display_id: `run-${run.runId}` }
  const show = (type: string, shown: ShownRun) =>
    publish(type, { data: describe(run, parts, shown), metadata: {}, transient })
  show('display_data', { status: 'RUNNING', endTime: undefined, metrics: new Map() })

  const log: string[] = []
  const figures: { path: string; content: Uint8Array }[] = []
  let logLength = 0
  return {
    hear(type, { text, data }) {
      if (type === 'stream' && typeof text === 'string' && logLength + text.length <= maxLogCharacters) {
        logLength += text.length
        log.push(text)
      }
      if (typeof data !== 'object' || data === null || figures.length >= maxFigures || !/^(display|exec)/.test(type))
        return
      for (const [mime, ending] of figureTypes) {
        const picture: unknown = Reflect.get(data, mime)
        if (typeof picture !== 'string') continue
        const content = Buffer.from(picture, ending === 'svg' ? 'utf8' : 'base64')
        figures.push({ path: `figures/figure-${figures.length + 1}.${ending}`, content })
        return
      }
    },
    async end(status, metrics, error) {
      const endTime = parts.now()
      show('update_display_data', { status, endTime, metrics })
      const output = log.join('') + error
      const { runId, artifactUri } = run
      await withPatience(async () => {
        for (const { path, content } of figures) await engine.upload(artifactUri, path, content)
        if (output !== '') await engine.upload(artifactUri, 'logs/output.log', output)
        const logged = [...metrics].map(([key, value]) => ({ key, value, timestamp: endTime, step: 0 }))
        if (logged.length > 0) await engine.call('runs/log-metrics', { runId, metrics: logged })
        if (execution !== undefined) await engine.call('kernels/keep-notebook', { runId, ...execution })
        await engine.call('runs/end', { runId, status })
      })
    },
  }
}

interface ShownRun {
  readonly status: RunStatus
  readonly endTime: number | undefined
  readonly metrics: ReadonlyMap<string, number>
}

function describe(run: Run, { experiment, params }: TrackedCellParts, { status, endTime, metrics }: ShownRun): object {
  const { runId, name, experimentId, startTime } = run
  const given = params.map(({ key, value }) => [key, value] as const)
  const data = {
    runId,
    name,
    experimentId,
    experiment,
    status,
    startTime,
    endTime: endTime ?? null,
    params: Object.fromEntries(given),
    metrics: Object.fromEntries(metrics),
  }
  const took = endTime === undefined ? [] : [`${endTime - startTime} ms`]
  const values: readonly (readonly [string, string | number])[] = [...given, ...metrics]
  const table = {
    title: '',
    columns: ['RUN', 'NAME', 'EXPERIMENT', 'STATUS', ...took.map(() => 'TOOK'), ...values.map(([key]) => key)],
    rows: [[runId.slice(0, 8), name, experiment, status, ...took, ...values.map(([, value]) => value)]],
  }
  return showTables('run', data, [table]).bundle
}
