import type { ExperimentId, RunId } from '../../protocol/ids.ts'
import { parseExperimentId, parseRunId } from '../../protocol/ids.ts'
import type { RunListRow } from '../../protocol/methods.ts'
import type { Run } from '../../protocol/runs.ts'
import type { ExperimentElement, RunElement } from './element.ts'

/* Elements for tests, each valid and plain; a test names only what it is about. */

/** Tuesday 24 November 2026, noon UTC. */
export const noon = Date.UTC(2026, 10, 24, 12)

export function newRunId(number: number): RunId {
  const id = parseRunId(number.toString(16).padStart(32, '0'))
  if (id === undefined) throw new RangeError(`${number} makes no run id.`)
  return id
}

export function newExperimentId(number: number): ExperimentId {
  const id = parseExperimentId(String(number))
  if (id === undefined) throw new RangeError(`${number} makes no experiment id.`)
  return id
}

export function newRow(number: number, row: Partial<RunListRow> = {}): RunListRow {
  const runId = newRunId(number)
  return {
    runId,
    experimentId: newExperimentId(1),
    name: `run-${number}`,
    status: 'FINISHED',
    lifecycleStage: 'active',
    userId: 'ada',
    startTime: noon,
    artifactUri: `mlflow-artifacts:/1/${runId}/artifacts`,
    values: [],
    stoppable: false,
    ...row,
  }
}

export function newExperiment(change: Partial<ExperimentElement> = {}): ExperimentElement {
  return {
    kind: 'experiment',
    id: 'folder0/1',
    connectionId: 'folder0',
    place: 'folder',
    experiment: {
      experimentId: newExperimentId(1),
      name: 'digits',
      artifactLocation: 'mlflow-artifacts:/1',
      lifecycleStage: 'active',
      creationTime: noon,
      lastUpdateTime: noon,
      tags: [],
      runCount: 3,
      activeRunCount: 0,
      scheduledRunCount: 0,
    },
    headline: { key: 'accuracy', goal: 'maximize' },
    ...change,
  }
}

export function newRun(number: number, row: Partial<RunListRow> = {}, run: Partial<RunElement> = {}): RunElement {
  const experiment = newExperiment()
  return {
    kind: 'run',
    id: `${experiment.id}/${newRunId(number)}`,
    experiment,
    group: undefined,
    row: newRow(number, row),
    headlineValue: null,
    chosen: false,
    isSearch: false,
    ...run,
  }
}

/** A run as the engine gives it whole, with these tags. */
export function newLoadedRun(tags: Readonly<Record<string, string>> = {}): Run {
  const { values: _, stoppable: __, ...row } = newRow(1)
  return {
    ...row,
    params: [],
    tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    metrics: [],
    datasets: [],
    modelInputs: [],
    modelOutputs: [],
  }
}
