/**
 * Exponential moving average with its bias towards the start value 0 taken out:
 *
 *     a[0] = 0,  a[i] = w · a[i − 1] + (1 − w) · x[i],  s[i] = a[i] / (1 − wⁱ)
 *
 * Values that are not finite are passed on and change no average, and a constant series stays exactly what it is.
 *
 * Example: `smooth([1, 3], 0.5)` is `[1, 7/3]`.
 *
 * @param weight of the past, 0 … below 1
 * @see TensorBoard, `tensorboard/webapp/widgets/line_chart_v2`, "classicSmoothing"; Kingma and Ba 2015,
 *   arXiv:1412.6980, section 3, for the correction
 */
export function smooth(values: Float64Array, weight: number): Float64Array {
  const first = values.find((value) => Number.isFinite(value))
  if (values.every((value) => value === first)) return values.slice()
  let [average, power] = [0, 1]
  return values.map((value) => {
    if (!Number.isFinite(value)) return value
    average = average * weight + (1 - weight) * value
    power *= weight
    return average / (1 - power)
  })
}
