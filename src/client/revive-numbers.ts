import type { ChangeEvent } from '../protocol/events.ts'
import type { MethodName, Methods } from '../protocol/methods.ts'

type Revivers = {
  readonly [M in MethodName]?: (result: Methods[M]['result'], params: Methods[M]['params']) => Methods[M]['result']
}

/** Results in which a number may have come as the text `NaN`, `Infinity` or `-Infinity`. */
const revivers: Revivers = {
  'runs/get': ({ run }) => ({ run: { ...run, metrics: run.metrics.map(withNumber) } }),
  'metrics/history': ({ points }) => ({ points: points.map(withNumber) }),
  'metrics/sparklines': ({ series }) => ({
    series: series.map(({ metric, values }) => ({ metric: withNumber(metric), values: values.map(Number) })),
  }),
  'runs/list': (result, { columns = [] }) => ({
    ...result,
    runs: result.runs.map((run) => ({
      ...run,
      values: run.values.map((value, index) =>
        value !== null && columns[index]?.kind === 'metric' ? Number(value) : value,
      ),
    })),
  }),
}

/** Undoes `stringifyJson` for the numbers of a result. */
export function reviveNumbers<M extends MethodName>(
  method: M,
  params: Methods[M]['params'],
  result: Methods[M]['result'],
): Methods[M]['result'] {
  const revive: Revivers[M] = revivers[method]
  return revive === undefined ? result : revive(result, params)
}

export function reviveEvent(event: ChangeEvent): ChangeEvent {
  return event.kind === 'metrics' ? { ...event, latest: event.latest.map(withNumber) } : event
}

function withNumber<Point extends { readonly value: number }>(point: Point): Point {
  // The type says number, the wire may have said text.
  return typeof point.value === 'number' ? point : { ...point, value: Number(point.value) }
}
