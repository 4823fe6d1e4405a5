import uPlot from 'uplot'
import { colors, createHolder, createSeries } from './curves.js'

let data
let plot

globalThis.peer = {
  prepare(series, points) {
    const { xs, values } = createSeries(series, points)
    data = [xs, ...values]
  },
  open() {
    const lines = data.slice(1).map((_, index) => ({ stroke: colors[index % colors.length], width: 1 }))
    const options = { width: 480, height: 225, scales: { x: { time: false } }, legend: { show: true, live: true } }
    plot = new uPlot({ ...options, series: [{}, ...lines] }, data, createHolder())
  },
  zoom: (min, max) => plot.setScale('x', { min, max }),
}
