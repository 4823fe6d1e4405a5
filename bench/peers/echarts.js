import * as echarts from 'echarts'
import { colors, createHolder, createSeries } from './curves.js'

let series
let chart

globalThis.peer = {
  prepare(count, points) {
    const { xs, values } = createSeries(count, points)
    series = values.map((list, index) => {
      const data = new Float64Array(2 * list.length)
      for (let at = 0; at < list.length; at++) {
        data[2 * at] = xs[at]
        data[2 * at + 1] = list[at]
      }
      const lineStyle = { width: 1, color: colors[index % colors.length] }
      return { type: 'line', name: `run ${index}`, showSymbol: false, sampling: 'minmax', lineStyle, data }
    })
  },
  open() {
    chart = echarts.init(createHolder())
    chart.setOption({
      animation: false,
      grid: { left: 52, right: 12, top: 8, bottom: 22 },
      tooltip: { trigger: 'axis' },
      xAxis: { type: 'value', max: 'dataMax' },
      yAxis: { type: 'value', scale: true },
      dataZoom: [{ type: 'inside' }],
      series,
    })
  },
  zoom: (startValue, endValue) => chart.dispatchAction({ type: 'dataZoom', startValue, endValue }),
}
