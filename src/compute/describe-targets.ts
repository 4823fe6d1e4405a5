import type { TargetDescription } from '../protocol/jobs.ts'
import type { LiveJobs } from './live-jobs.ts'
import type { Place } from './place.ts'
import type { TargetLoop } from './target-loop.ts'

/** All targets with what they have, in the order of their names; one that cannot be reached says why. */
export async function describeTargets(
  places: ReadonlyMap<string, Place>,
  live: Pick<LiveJobs, 'ofTarget'>,
  loops: ReadonlyMap<string, TargetLoop>,
): Promise<{ targets: readonly TargetDescription[] }> {
  const targets = await Promise.all(
    [...places].map(async ([name, { target }]): Promise<TargetDescription> => {
      const phases = live.ofTarget(name).map(({ record }) => record.state.phase)
      const runningCount = phases.filter((phase) => phase === 'running').length
      const about = { name, kind: target.kind, runningCount, queuedCount: phases.length - runningCount }
      try {
        const trouble = loops.get(name)?.trouble
        return { ...about, ...(await target.capacity()), ...(trouble === undefined ? {} : { trouble }) }
      } catch (error) {
        return { ...about, trouble: error instanceof Error ? error.message : String(error) }
      }
    }),
  )
  return { targets: targets.toSorted((a, b) => (a.name < b.name ? -1 : 1)) }
}
