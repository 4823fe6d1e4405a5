import assert from 'node:assert/strict'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { isRecord } from '../../src/protocol/json.ts'
import { runPython } from '../servers/run-python.ts'
import { findTestPython } from '../servers/test-python.ts'
import { parseObject } from './cli-workspace.ts'
import { runCli } from './run-cli.ts'

/** Of a column's statistics; the last digits of sums depend on the order in which rows were read. */
function toExact(statistics: unknown): unknown {
  return isRecord(statistics) ? { ...statistics, mean: null, standardDeviation: null } : statistics
}

describe('files of Arrow that pyarrow has written', { timeout: 300_000 }, () => {
  let folder: string
  let written: unknown
  before(async () => {
    await bundle({ production: false })
    folder = await mkdtemp(join(tmpdir(), 'runwright-pyarrow-'))
    const python = findTestPython(process.env)
    written = (await runPython({ python, script: 'write_arrow.py', folder, server: { uri: '' } }))['written']
  })
  after(() => rm(folder, { recursive: true, force: true }))

  const ask = async (...args: string[]) => {
    const { stdout, stderr, exitCode } = await runCli(folder, 'data', ...args, '--json')
    assert.equal(exitCode, 0, stderr)
    return parseObject(stdout)
  }

  it('have the types, values and order of the same table as Parquet, whatever they are packed by', async () => {
    assert.ok(Array.isArray(written) && written.length === 7)
    for (const name of written.map(String)) {
      const { content } = await ask('compare', join(folder, 'table.parquet'), join(folder, name), '--key', 'id')
      assert.ok(isRecord(content) && isRecord(content['rows']) && Array.isArray(content['columns']), name)
      const { added, removed, changed, unchanged } = content['rows']
      assert.deepEqual([added, removed, changed, unchanged], [0, 0, 0, 70_000], name)
      for (const { name: column, state, old, new: now } of content['columns']) {
        assert.deepEqual([state, toExact(now)], ['kept', toExact(old)], `${name}: ${column}`)
      }
    }
  })

  it('may have a dictionary that grows', async () => {
    const { rows } = await ask('preview', join(folder, 'deltas.ipc'))
    assert.deepEqual(rows, [['a'], ['b'], ['a'], ['b'], ['c']])
  })

  it('with a changed byte are read, or refused with the reason', async () => {
    const file = await open(join(folder, 'lz4.arrow'), 'r+')
    await file.write(Buffer.from([0xff, 0xff, 0xff, 0xff]), 0, 4, (await file.stat()).size - 60)
    await file.close()
    const { stdout, stderr, exitCode } = await runCli(folder, 'data', 'preview', join(folder, 'lz4.arrow'))
    if (exitCode !== 0) assert.match(stderr, /lz4\.arrow cannot be read as a table \(arrow\): it is damaged/)
    else assert.match(stdout, /70,000 rows/)
  })
})
