/**
 * Watches a comparison that is open on runs in progress: `npm run soak [-- --minutes 60]`.
 *
 * Fifty runs log two metrics once a second; one view shows their curves, another one their table. Every minute it notes
 * what both views and the engine hold in memory. Writes `bench/results/soak.json` and a plot of it, `soak.svg`, and ends
 * with 1 when anything grew or a view logged an error.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { format } from 'prettier'
import packageJson from '../../package.json' with { type: 'json' }
import { bundle } from '../../scripts/bundle.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { describeMachine } from '../machine.ts'
import { findGrowth, type Sample } from './growth.ts'
import { drawSoak } from './plot.ts'
import { startLogging } from './live-runs.ts'
import { openObservedViews } from './observed-views.ts'
import { readMemory } from '../servers/memory.ts'

const minuteMs = 60_000
const runCount = 50

/** A tenth is what garbage collection leaves one time and not the other. */
const maxGrowth = 1.1

/** What must not grow, by its name in the samples. */
const figures = {
  engineMb: { label: 'engine', unit: 'MB' },
  chartsHeapMb: { label: 'heap, curves', unit: 'MB' },
  tableHeapMb: { label: 'heap, table', unit: 'MB' },
  chartsNodes: { label: 'nodes, curves', unit: '' },
  tableNodes: { label: 'nodes, table', unit: '' },
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } })
const minutes = Number(values.minutes)

await bundle({ production: true })
await using workspace = await openTestWorkspace()
const { pid } = await workspace.client.call('engine/status', {})
await using logging = await startLogging(workspace, runCount)
await using views = await openObservedViews(workspace.client, logging.experiment, logging.runIds)

const samples: Sample[] = []
const start = performance.now()
for (let minute = 1; minute <= minutes; minute++) {
  await delay(Math.max(0, start + minute * minuteMs - performance.now()))
  const { residentMb } = await readMemory([pid])
  const sample = { minute, points: logging.pointCount, engineMb: residentMb, ...(await views.sample(minuteMs / 1000)) }
  samples.push(sample)
  console.log(JSON.stringify(sample))
}

const growth = findGrowth(samples, Object.keys(figures))
const record = {
  name: 'soak',
  summary: `${runCount} runs that log two metrics a second each, watched as curves and as a table for ${minutes} minutes`,
  date: new Date().toISOString(),
  version: packageJson.version,
  command: `npm run soak -- --minutes ${minutes}`,
  machine: describeMachine(),
  growth,
  errors: views.errors,
  samples,
}
const folder = join(import.meta.dirname, '../results')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'soak.json'), await format(JSON.stringify(record), { parser: 'json', printWidth: 120 }))
await writeFile(join(folder, 'soak.svg'), drawSoak(samples, figures, maxGrowth))

for (const [what, ratio] of Object.entries(growth)) console.log(`${what}: ${ratio.toFixed(2)} times what it was`)
for (const error of views.errors) console.error(error)
if (views.errors.length > 0 || Object.values(growth).some((ratio) => ratio > maxGrowth)) process.exitCode = 1
