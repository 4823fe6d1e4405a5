import type { Measure } from '../benchmark.ts'
import { type Contest, isRefused, noise, type Version } from './compare-task.ts'
import type { Task } from './tasks.ts'

export type Figures = Record<string, number>

/** What is measured of a task, by ids that no other task has. */
export function measuresOf(task: Task): [string, Measure][] {
  const { title, kind } = task
  const all = {
    cost: { label: `${title}: time and size, shares of the original’s`, unit: '×' },
    behind: {
      label: `${title}: ours in the best preset’s, at least`,
      unit: '×',
      target: { atMost: 1 + noise },
    },
    time: { label: `${title}: p50`, unit: 'ms' },
    slower: {
      label: `${title}: our time in the original’s, at least`,
      unit: '×',
      ...(kind === 'convolutions' ? { target: { atMost: 1 + noise } } : {}),
    },
    size: { label: `${title}: size`, unit: 'MB' },
    memory: { label: `${title}: memory`, unit: 'MB' },
    score: { label: `${title}: ${task.score}`, unit: '%' },
    lost: { label: `${title}: points lost to the best preset, at least`, unit: '%', target: { atMost: 0 } },
  } as const satisfies Record<string, Measure>
  return Object.entries(all).map(([name, measure]) => [measureId(task, name), measure])
}

function measureId({ name }: Task, measured: string): string {
  return `${name}-${measured}`
}

/** What was found of ours; of a model that ours refuses, which stays as it is, the original's. */
export function ourFigures({ task, original, best, ours, final }: Contest): Figures {
  if (isRefused(ours)) {
    return withIds(task, {
      cost: 1,
      behind: best === undefined ? 1 : 1 / best.duel.cost.value,
      slower: 1,
      score: 100 * original.score.value,
    })
  }
  const { speedup } = ours.duel.comparison
  return withIds(task, {
    ...versionFigures(ours),
    // By the end of the interval that is best for ours: what is above 1, or above 0, is no noise.
    behind: final?.duel.cost.interval?.[0] ?? final?.duel.cost.value ?? Number.NaN,
    slower: 1 / (speedup.interval?.[1] ?? speedup.value),
    lost: 100 * (final?.lost.interval?.[0] ?? final?.lost.value ?? Number.NaN),
  })
}

/** Of the best preset; nothing where there is none. */
export function presetFigures({ task, best }: Contest): Figures {
  return best === undefined ? {} : withIds(task, versionFigures(best))
}

/** Beside the candidate with which it was measured last. */
export function originalFigures({ task, original, ours, best }: Contest): Figures {
  const version = isRefused(ours) ? best : ours
  const common = { cost: 1, score: 100 * original.score.value }
  if (version === undefined) return withIds(task, common)
  const { comparison, sizes } = version.duel
  return withIds(task, {
    ...common,
    time: comparison.original.p50.value,
    size: sizes[0],
    memory: comparison.original.memoryBytes / 1e6,
  })
}

function versionFigures({ score, duel: { comparison, sizes, cost } }: Version): Figures {
  return {
    cost: cost.value,
    time: comparison.candidate.p50.value,
    size: sizes[1],
    memory: comparison.candidate.memoryBytes / 1e6,
    score: 100 * score.value,
  }
}

function withIds(task: Task, figures: Figures): Figures {
  return Object.fromEntries(Object.entries(figures).map(([name, figure]) => [measureId(task, name), figure]))
}
