import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createProcessOwners } from './process-owners.ts'
import { toJobId } from './scratch-jobs.ts'

const job = toJobId(0xabc)

/** A process that starts another one without any environment, and says its number. */
const script = `
const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { env: {} })
console.log(child.pid)
process.stdin.resume().on('end', () => child.kill())
child.on('exit', () => process.exit())`

describe('the job of a process', { skip: process.platform !== 'linux' && 'there is no /proc' }, () => {
  it('stands in its environment or in that of the one that started it', async () => {
    const parent = spawn(process.execPath, ['-e', script], {
      env: { RUNWRIGHT_JOB_ID: job, OTHER: 'RUNWRIGHT_JOB_ID=' },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const [line]: unknown[] = await once(parent.stdout, 'data')
      const findOwner = createProcessOwners()
      assert.equal(findOwner(parent.pid ?? 0), job)
      assert.equal(findOwner(Number(String(line))), job)
    } finally {
      parent.stdin.end()
      await once(parent, 'exit')
    }
    assert.equal(createProcessOwners()(parent.pid ?? 0), undefined)
  })

  it('is none for a process that was started otherwise, or that nobody may look into', () => {
    const { RUNWRIGHT_JOB_ID: own, ...env } = process.env
    assert.ok(own === undefined && env !== undefined, 'the tests themselves are no job')
    assert.equal(createProcessOwners()(process.pid), undefined)
    assert.equal(createProcessOwners('/nowhere')(process.pid), undefined)
  })
})

it('a program’s name cannot pass for its parent', async () => {
  const proc = await mkdtemp(join(tmpdir(), 'runwright-proc-'))
  try {
    for (const [pid, stat, environ] of [
      ['20', '20 (a) S 30 (b) S 10 20 20 0', ''],
      ['10', '10 (sh) S 1 10 10 0', `A=1\0RUNWRIGHT_JOB_ID=${job}\0`],
      ['30', '30 (sh) S 1 30 30 0', `RUNWRIGHT_JOB_ID=${toJobId(1)}\0`],
    ] as const) {
      await mkdir(join(proc, pid))
      await writeFile(join(proc, pid, 'stat'), stat)
      await writeFile(join(proc, pid, 'environ'), environ)
    }
    assert.equal(createProcessOwners(proc)(20), job)
  } finally {
    await rm(proc, { recursive: true })
  }
})
