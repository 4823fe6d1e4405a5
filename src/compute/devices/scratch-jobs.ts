import type { ExperimentId } from '../../protocol/ids.ts'
import { parseExperimentId } from '../../protocol/ids.ts'
import { type JobId, parseJobId } from '../../protocol/jobs.ts'
import type { PlannedDevice } from './machine.ts'

/** Ids, devices and sizes for tests and simulations. */
export function toJobId(number: number): JobId {
  const id = parseJobId(number.toString(16).padStart(32, '0'))
  if (id === undefined) throw new Error(`${number} makes no job id.`)
  return id
}

export function toExperimentId(number: number): ExperimentId {
  const id = parseExperimentId(String(number))
  if (id === undefined) throw new Error(`${number} makes no experiment id.`)
  return id
}

export const gibibyte = 2 ** 30

/** An empty GPU for each size in GiB, `gpu0`, `gpu1` and so on. */
export function toDevices(...sizes: readonly number[]): readonly PlannedDevice[] {
  return sizes.map((size, index) => ({
    uuid: `gpu${index}`,
    capacityBytes: size * gibibyte,
    foreignBytes: 0,
    hasForeign: false,
  }))
}
