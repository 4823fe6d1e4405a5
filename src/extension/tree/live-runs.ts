import type { ExperimentSummary } from '../../protocol/experiments.ts'
import { localize } from '../localize.ts'

/** Runs that have not ended: those that go on, and those that wait for their turn. */
export interface LiveRuns {
  readonly running: number
  readonly waiting: number
}

export function countLiveRuns(
  experiments: readonly Pick<ExperimentSummary, 'activeRunCount' | 'scheduledRunCount'>[],
): LiveRuns {
  const waiting = experiments.reduce((sum, { scheduledRunCount }) => sum + scheduledRunCount, 0)
  const active = experiments.reduce((sum, { activeRunCount }) => sum + activeRunCount, 0)
  return { running: active - waiting, waiting }
}

export function addLiveRuns(all: readonly LiveRuns[]): LiveRuns {
  return {
    running: all.reduce((sum, { running }) => sum + running, 0),
    waiting: all.reduce((sum, { waiting }) => sum + waiting, 0),
  }
}

/** `2 running`, `3 waiting`; nothing of which there are none. */
export function describeLiveRuns({ running, waiting }: LiveRuns): readonly string[] {
  return [
    ...(running > 0 ? [localize('{count} running', { count: running })] : []),
    ...(waiting > 0 ? [localize('{count} waiting', { count: waiting })] : []),
  ]
}
