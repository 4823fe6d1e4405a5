import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { scratchServerVariable } from '../../src/store/scratch-store.ts'
import { openPostgresServer, type PostgresServer, whyNoPostgres } from '../servers/postgres.ts'

const isLong = process.env['RUNWRIGHT_LONG_TESTS'] === '1'

/** Ten million points, and what touches the store little. */
const longSuites = [
  'src/tracking/series/spikes.test.ts',
  'test/integration/multipart-uploads.test.ts',
  'test/integration/openapi.test.ts',
  'test/integration/webhooks.test.ts',
]

/** What the features' own tests, and those of a whole engine, say of a store in a file, and is as true of one on a server. */
const suites = [
  'src/tracking/experiments.test.ts',
  'src/tracking/runs.test.ts',
  'src/tracking/metrics.test.ts',
  'src/tracking/mlflow-metric-routes.test.ts',
  'src/tracking/run-search.test.ts',
  'src/tracking/curve-tails.test.ts',
  'src/tracking/logged-artifacts.test.ts',
  'src/tracking/scorers.test.ts',
  'src/tracking/traces.test.ts',
  'src/tracking/assessments.test.ts',
  'src/tracking/table/table.test.ts',
  'src/tracking/table/point-cells.test.ts',
  'src/tracking/series/series.test.ts',
  'src/tracking/incoming-metrics.test.ts',
  'src/registry/registry.test.ts',
  'src/registry/registry-events.test.ts',
  'src/registry/model-source.test.ts',
  'src/registry/run-models.test.ts',
  'src/lineage/lineage.test.ts',
  'src/webhooks/webhooks.test.ts',
  'src/compute/compute.test.ts',
  'src/care/check-store.test.ts',
  'src/care/garbage.test.ts',
  'test/integration/every-route.test.ts',
  'test/integration/trace-requests.test.ts',
  'test/integration/strange-requests.test.ts',
  ...(isLong ? longSuites : []),
]

/** It opens a hundred stores, for each of which a server makes a hundred files. */
const tooSlow = 'whatever the order and company in which its spans come'

describe('on a PostgreSQL server', { skip: whyNoPostgres }, () => {
  let server: PostgresServer
  before(async () => {
    server = await openPostgresServer({ isDurable: false })
  })
  after(() => server[Symbol.asyncDispose]())

  for (const suite of suites) {
    it(`holds what ${suite} says`, async () => {
      // Within this variable a test program reports to the one that started it.
      const { NODE_TEST_CONTEXT: _, ...env } = process.env
      const child = spawn(
        process.execPath,
        ['--test', '--test-reporter=tap', `--test-skip-pattern=${tooSlow}`, suite],
        {
          env: { ...env, [scratchServerVariable]: server.url },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      )
      const report = await text(child.stdout)
      assert.match(report, /^# pass [1-9]/m, report)
      assert.match(report, /^# fail 0$/m, report)
    })
  }
})
