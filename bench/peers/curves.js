// The data that all pages of libraries draw, and what each of them is asked to do: `globalThis.peer`.
import { toSeriesValue } from '../compare/series-value.ts'

/** @returns steps from 0 on, and the values of so many series, as ours logs them */
export function createSeries(series, points) {
  const xs = Float64Array.from({ length: points }, (_, step) => step)
  const values = Array.from({ length: series }, (_, run) =>
    Float64Array.from({ length: points }, (_, step) => toSeriesValue(run, step, points)),
  )
  return { xs, values }
}

/** A place as wide and high as a chart of ours. */
export function createHolder() {
  const holder = document.createElement('div')
  holder.id = 'plot'
  holder.style.cssText = 'width: 480px; height: 225px'
  document.body.append(holder)
  return holder
}

export const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8c6bb1', '#b8860b']
