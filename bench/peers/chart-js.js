import { Chart, Decimation, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip } from 'chart.js'
import { colors, createHolder, createSeries } from './curves.js'

Chart.register(Decimation, Legend, LinearScale, LineController, LineElement, PointElement, Tooltip)

let datasets
let chart

globalThis.peer = {
  prepare(series, points) {
    const { xs, values } = createSeries(series, points)
    datasets = values.map((list, index) => ({
      label: `run ${index}`,
      data: Array.from(list, (y, at) => ({ x: xs[at], y })),
      borderColor: colors[index % colors.length],
      borderWidth: 1,
      pointRadius: 0,
    }))
  },
  open() {
    const canvas = document.createElement('canvas')
    createHolder().append(canvas)
    // The options that its guide to performance names.
    chart = new Chart(canvas, {
      type: 'line',
      data: { datasets },
      options: {
        animation: false,
        parsing: false,
        normalized: true,
        responsive: true,
        maintainAspectRatio: false,
        interaction: { mode: 'index', intersect: false },
        plugins: { decimation: { enabled: true, algorithm: 'min-max' }, legend: { display: false } },
        scales: { x: { type: 'linear' } },
      },
    })
  },
  zoom(min, max) {
    Object.assign(chart.options.scales.x, { min, max })
    chart.update('none')
  },
}
