import type { Measure } from '../benchmark.ts'
import type { ReadFigure } from './measure-reads.ts'

/**
 * What is asked of each read, in the order of the table.
 *
 * @param allowance how many times as long as from a file beside the engine it may take
 */
export function readMeasures(allowance: number): Readonly<Record<ReadFigure, Measure>> {
  const ms = (label: string, atMost: number): Measure => ({ label, unit: 'ms', target: { atMost: allowance * atMost } })
  return {
    firstPage: ms('table, first page with totals', 100),
    sort: ms('table, sorted by a metric, the slowest of four', 100),
    deepPage: ms('table, sorted by least value, at nine tenths', 100),
    filter: ms('table, filter on metric and param, with totals', 100),
    groups: { label: 'table, grouped by a param', unit: 'ms' },
    open: ms('series of 10 million points, open', 100),
    zoom: ms('series of 10 million points, zoom by step', 50),
    zoomTime: ms('series of 10 million points, zoom by time', 50),
    curveKb: { label: 'series of 10 million points, sent for 1,200 pixels', unit: 'KB', target: { atMost: 64 } },
    wide: ms('1,500 × 1,500 × 150, first screen', 200),
    wideMb: { label: '1,500 × 1,500 × 150, sent for it', unit: 'MB', target: { atMost: 2 } },
  }
}
