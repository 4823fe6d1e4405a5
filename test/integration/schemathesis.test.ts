import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, it } from 'node:test'
import { paths } from '../../src/protocol/methods.ts'
import { openTestEngine, token } from './engine-in-process.ts'

/** The program `st` of schemathesis (PyPI, 4.32), which is not among the tests' packages. */
const program = process.env['RUNWRIGHT_SCHEMATHESIS']
const skip = program === undefined && 'it takes minutes: set RUNWRIGHT_SCHEMATHESIS to the program st'

// What is not implemented says so with 501, as MLflow does.
const settings = `[checks]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", "501"]
`
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_schema_conformance',
]

describe('the published OpenAPI document', () => {
  it('is kept by the engine, whatever schemathesis sends', { skip }, async () => {
    await using engine = await openTestEngine()
    const folder = await mkdtemp(join(tmpdir(), 'runwright-schemathesis-'))
    try {
      await writeFile(join(folder, 'schemathesis.toml'), settings)
      const document = new URL('../../docs/openapi.json', import.meta.url).pathname
      const options = {
        '--url': engine.engine.trackingUri,
        '--header': `Authorization: Bearer ${token}`,
        '--checks': checks.join(','),
        '--phases': 'coverage,fuzzing',
        '--max-examples': '10',
        // The same as without; and a stream that has no end.
        '--exclude-path-regex': `^/ajax-api|^${paths.events}$`,
      }
      const words = ['run', document, ...Object.entries(options).flat(), '--no-color', '--continue-on-failure']
      const started = spawn(program ?? '', words, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
      const ended = new Promise<number | null>((resolve, reject) => {
        started.once('error', reject)
        started.once('close', resolve)
      })
      const report = await text(started.stdout)
      assert.equal(await ended, 0, report)
      assert.deepEqual(engine.errors, [])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
