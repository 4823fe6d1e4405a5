import assert from 'node:assert/strict'
import { stripVTControlCharacters } from 'node:util'
import { it } from 'node:test'
import { noon } from '../tree/test-elements.ts'
import { formatLogHead, formatLogTurn, toTerminal } from './log-text.ts'
import { newEndedJob, newJob, newRunningJob } from './test-jobs.ts'

it('a log begins with the command, the place, what was asked for and what has been so far', () => {
  const job = newRunningJob(1, {}, { resources: { gpus: 1, timeLimitSeconds: 7200 } })
  const lines = stripVTControlCharacters(formatLogHead(job, noon)).split('\r\n')
  assert.deepEqual(lines, [
    `job-1  ${job.jobId}`,
    '$ python train.py',
    'on local · 1 GPU, at most 2h 0m',
    '2026-11-24 11:50:00 UTC launched',
    '2026-11-24 11:54:59 UTC attempt 1 submitted',
    '2026-11-24 11:55:00 UTC attempt 1 started',
    '',
    '',
  ])
})

it('names and commands cannot steer the terminal', () => {
  const evil = String.fromCodePoint(27)
  const head = formatLogHead(newJob(1, { name: `a${evil}]0;title\nb` }, { command: [`${evil}c`] }), noon)
  assert.ok(!head.includes(`${evil}]`) && !head.includes(`${evil}c`))
  assert.equal(stripVTControlCharacters(head).split('\r\n')[0], `a ]0;title b  ${newJob(1).jobId}`)
})

it('a line tells where the job stands', () => {
  const told = (job: Parameters<typeof formatLogTurn>[0]) =>
    stripVTControlCharacters(formatLogTurn(job, noon)).trimEnd()
  assert.equal(told(newJob(1, { reason: 'waits for 1 GPU; 0 free' })), '── queued · waits for 1 GPU; 0 free')
  assert.equal(told(newEndedJob(1)), '── finished · exit code 0 · after 2m 0s')
})

it('each line break goes to the first column, and colours stay', () => {
  assert.equal(toTerminal('a\nb\r\nc\rd'), 'a\r\nb\r\nc\rd')
})
