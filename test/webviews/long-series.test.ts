import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { before, describe, it } from 'node:test'
import type { Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import { getNumber } from '../../src/store/row.ts'
import { loadSeries } from '../../src/tracking/series/load-series.ts'
import { createPoints, slicePoints } from '../../src/tracking/series/points.ts'
import { openTestStore } from '../vscode/store.ts'
import { openTestWorkspace } from '../vscode/workspace.ts'
import { findFilledColumns, joinColumns, readPicture } from './chart-pixels.ts'
import { openCompareView, type OpenView } from './open-view.ts'
import { nextFrame } from './open-runs-tab.ts'
import { curvesOf, emptyView } from './views.ts'

/** Ten million and some: chunks hold 512. */
const length = 19_532 * 512
const partLength = 256 * 512
const startTime = Date.UTC(2026, 0, 1)
/** Single points of 1; all others are below 0.1. */
const spikes = [777_777, 3_000_000, 5_000_001, 9_123_456]

async function fill(folder: string): Promise<void> {
  await using store = await openTestStore(folder)
  const { experimentId } = await store.tracking.experiments.ensure('long')
  const { runId } = await store.tracking.runs.create({ experimentId, name: 'endless', startTime })
  await store.tracking.runs.logBatch(runId, { metrics: [{ key: 'spiky', step: -1, timestamp: startTime, value: 0 }] })
  const row = await store.database.read((sql) => sql.get("select id from series where key = 'spiky'"))
  const seriesRowId = getNumber(row ?? {}, 'id')
  const points = createPoints(partLength)
  for (let from = 0; from < length; from += partLength) {
    for (let index = 0; index < partLength; index++) {
      points.steps[index] = from + index
      points.timestamps[index] = startTime + from + index
      points.values[index] = 0.05 + 0.05 * Math.fround(Math.sin((from + index) * 1.7))
    }
    for (const step of spikes) if (step >= from && step < from + partLength) points.values[step - from] = 1
    const part = slicePoints(points, 0, Math.min(partLength, length - from))
    await store.database.write((sql) => loadSeries(sql, seriesRowId, part))
  }
  await store.tracking.runs.end(runId, 'FINISHED', [])
}

const spiky = (page: Page) => page.getByRole('figure', { name: 'spiky', exact: true })

/**
 * Waits until lines that are as asked reach the upper part of the chart, and says where they stand, in shares of its
 * width. What is drawn while an answer is under way is of the zoom before.
 */
async function seeLines({ page }: OpenView, areSo: (lines: readonly number[]) => boolean): Promise<readonly number[]> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const { width, filled } = await findFilledColumns(spiky(page))
    const lines = joinColumns(filled).map((line) => line / width)
    if (areSo(lines)) return lines
    assert.ok(Date.now() < deadline, `The lines stand at ${lines.join(', ')}.`)
    await page.evaluate(nextFrame)
  }
}

const areAll = (lines: readonly number[]) => lines.length === spikes.length
const isInMiddle = (lines: readonly number[]) => lines.length === 1 && Math.abs((lines[0] ?? 0) - 0.55) < 0.15

/** Until no answer is under way: a line is drawn where the data before had it, which may be some pixels off. */
async function settle(open: OpenView): Promise<void> {
  for (let sent = Number.NaN; sent !== open.sentBytes; await delay(200)) sent = open.sentBytes
}

/** Drags over a twelfth of the chart's width, around a place in shares of it, and waits for what the engine answers. */
async function zoomAround(open: OpenView, place: number): Promise<void> {
  const box = await spiky(open.page).locator('canvas.plot-data').boundingBox()
  assert.ok(box)
  await settle(open)
  const sent = open.sentBytes
  const [x, y] = [box.x + box.width * place, box.y + box.height / 2]
  await open.page.mouse.move(x - box.width / 24, y)
  await open.page.mouse.down()
  await open.page.mouse.move(x + box.width / 24, y, { steps: 3 })
  await open.page.mouse.up()
  await open.see(() => open.sentBytes > sent)
  await settle(open)
}

async function resetZoom({ page }: OpenView): Promise<void> {
  await page.getByRole('button', { name: 'Reset Zoom' }).click()
  await page.mouse.move(0, 0)
}

before(() => bundle({ production: false }))

describe('a series of ten million points, from the engine to the screen', { timeout: 300_000 }, () => {
  it('shows each single point that stands out at every zoom, and draws the same picture to the byte', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-long-'))
    t.after(() => rm(folder, { recursive: true, force: true }))
    await fill(folder)
    await using workspace = await openTestWorkspace(folder)
    const view = { ...emptyView, experiments: ['long'], tab: 'charts', charts: [curvesOf('spiky')] } as const
    await using open = await openCompareView({ client: workspace.client, view })
    const whole = await seeLines(open, areAll)
    const canvas = await spiky(open.page).locator('canvas.plot-data').boundingBox()
    assert.ok(canvas)
    for (const [index, step] of spikes.entries()) {
      const expected = (52 + (step / length) * (canvas.width - 64)) / canvas.width
      assert.ok(Math.abs((whole[index] ?? 0) - expected) * canvas.width < 2, `${step} stands at its place`)
    }
    const picture = await readPicture(spiky(open.page))

    for (const line of whole) {
      let place = line
      // From ten million points to some hundreds.
      for (let zoom = 0; zoom < 4; zoom += 1) {
        await zoomAround(open, place)
        const [shown] = await seeLines(open, isInMiddle)
        place = shown ?? place
      }
      await resetZoom(open)
      await seeLines(open, areAll)
    }
    assert.equal(await readPicture(spiky(open.page)), picture)
    await open.page.reload()
    await seeLines(open, areAll)
    assert.equal(await readPicture(spiky(open.page)), picture)
    assert.deepEqual(open.errors, [])
  })
})
