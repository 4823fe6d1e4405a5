import { readFileSync } from 'node:fs'
import type { Browser } from 'playwright-core'
import type { Client } from '../../src/protocol/client.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { curvesOf } from '../../test/webviews/views.ts'
import { defineBenchmark } from '../benchmark.ts'
import { openComparedView } from '../compare/compared-view.ts'
import { measureCharts, measureDrag, measureHover } from '../compare/curve-gestures.ts'
import { openFilledWorkspace } from '../compare/filled-workspace.ts'
import { describePeers, installPeers, openPeerBrowser, openPeerPage, type PeerName } from '../compare/peer-page.ts'

const names = ['Chart.js', 'uPlot', 'ECharts'] as const satisfies PeerName[]
/** Ten million points as objects are more than a page of Chart.js holds. */
const namesOfLong = new Set<PeerName>(['uPlot', 'ECharts'])

const sizes = {
  full: { runs: 100, points: 10_000, longPoints: 10_000_000, manyRuns: 500 },
  quick: { runs: 10, points: 1000, longPoints: 20_000, manyRuns: 20 },
}

export default defineBenchmark({
  name: 'compare-curves',
  summary:
    'CPU time of the main thread for curves in Chromium; the libraries have all points in memory and show them at 480 × 225 pixels, we fetch from the engine what we draw',
  measures: {
    paint: { label: '100 × 10,000: first paint', unit: 'ms', target: { atMost: 150 } },
    zoom: { label: '100 × 10,000: zoom', unit: 'ms', target: { atMost: 60 } },
    hover: { label: '100 × 10,000: hover', unit: 'ms', target: { atMost: 8 } },
    longOpen: { label: '1 × 10 M: open, engine included', unit: 'ms', target: { atMost: 200 } },
    longZoom: { label: '1 × 10 M: zoom, engine included', unit: 'ms', target: { atMost: 100 } },
    manyPaint: { label: '500 runs in a chart: first paint', unit: 'ms' },
    manyHover: { label: '500 runs in a chart: hover', unit: 'ms' },
  },
  describePeers: () => describePeers(names),
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const size = isQuick ? sizes.quick : sizes.full
    installPeers()
    const metrics = ['loss']
    const fills = [
      { experiment: 'hundred', runs: size.runs, points: size.points, metrics },
      { experiment: 'long', runs: 1, points: size.longPoints, metrics },
      { experiment: 'many', runs: size.manyRuns, points: 1000, metrics },
    ]
    const { workspace, filled } = opened.use(await openFilledWorkspace(folder, fills))
    const browser = opened.use(await openPeerBrowser())
    const engine = (await workspace.client.call('engine/status', {})).pid
    const running = opened.move()
    const view = (experiment: string) => ({ experiment, chosen: filled.get(experiment) ?? [] })
    return {
      async ours() {
        const hundred = await measureOurs(workspace.client, view('hundred'))
        const long = await measureOurs(workspace.client, view('long'), engine)
        const many = await measureOurs(workspace.client, view('many'))
        return { ...hundred, longOpen: long.paint, longZoom: long.zoom, manyPaint: many.paint, manyHover: many.hover }
      },
      peers: Object.fromEntries(names.map((name) => [name, () => measurePeer(browser, name, size)])),
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

/** @param engine the process whose time counts, too */
async function measureOurs(
  client: Client,
  { experiment, chosen }: { experiment: string; chosen: readonly RunId[] },
  engine?: number,
) {
  await using view = await openComparedView(client, { experiments: [experiment], chosen, charts: [curvesOf('loss')] })
  const { mainThread } = view
  const { page } = view.open
  const withEngine = async (measure: () => Promise<number>) => {
    const before = engine === undefined ? 0 : readCpuMs(engine)
    const spent = await measure()
    return spent + (engine === undefined ? 0 : readCpuMs(engine) - before)
  }
  const paint = await withEngine(() => measureCharts(view))
  const zoom = await withEngine(() => measureDrag(view))
  return { paint, zoom, hover: await measureHover(page, mainThread, '.plot') }
}

async function measurePeer(browser: Browser, name: PeerName, size: (typeof sizes)['full']) {
  const { runs, points, longPoints, manyRuns } = size
  const hundred = await measureLibrary(browser, name, [runs, points])
  const many = await measureLibrary(browser, name, [manyRuns, 1000])
  const long = namesOfLong.has(name) ? await measureLibrary(browser, name, [1, longPoints]) : undefined
  return {
    ...hundred,
    manyPaint: many.paint,
    manyHover: many.hover,
    ...(long === undefined ? {} : { longOpen: long.paint, longZoom: long.zoom }),
  }
}

async function measureLibrary(browser: Browser, name: PeerName, size: readonly [series: number, points: number]) {
  await using library = await openPeerPage(browser, name, size)
  const { page, mainThread, call } = library
  const paint = await mainThread.measure(() => call('open'))
  const zoom = await mainThread.measure(() => call('zoom', size[1] * 0.3, size[1] * 0.7))
  return { paint, zoom, hover: await measureHover(page, mainThread, '#plot') }
}

/** Ticks of user and system time that a process has taken, each of 10 ms. @see proc(5), stat */
function readCpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
  return (Number(fields[11]) + Number(fields[12])) * 10
}
