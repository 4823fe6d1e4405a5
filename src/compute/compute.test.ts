import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { RunwrightError } from '../protocol/errors.ts'
import { findTag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { createCountedLeases } from './scratch-leases.ts'
import { openScratchCompute, type ScratchCompute } from './scratch-compute.ts'

const shell = (script: string) => ['sh', '-c', script]

/** How often commands have run that say so in this file. */
async function countRuns({ workspace }: ScratchCompute): Promise<number> {
  const text = await readFile(join(workspace, 'ran'), 'utf8').catch(() => '')
  return text.split('\n').length - 1
}

describe('a job', { concurrency: false }, () => {
  it('runs in its run, which has its output and its end', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(
      shell('echo one; echo two >&2; echo $MLFLOW_RUN_ID $RUNWRIGHT_PARAMS $A; sleep 0.3'),
      {
        params: [{ key: 'lr', value: '0.1' }],
        env: { A: 'set' },
        name: 'first',
      },
    )
    const { runs } = scratch.tracking()
    assert.deepEqual([job.status, job.name], ['queued', 'first'])
    assert.equal((await runs.get(job.runId)).status, 'SCHEDULED')
    await scratch.until(job.jobId, ({ status }) => status === 'running')
    assert.equal(await scratch.output(job.jobId), `one\ntwo\n${job.runId} {"lr":"0.1"} set\n`)
    const run = await runs.get(job.runId)
    assert.deepEqual(
      [run.status, findTag(run, tagNames.exitCode), findTag(run, tagNames.job), run.params],
      ['FINISHED', '0', job.jobId, [{ key: 'lr', value: '0.1' }]],
    )
    const { status, reason, attempts } = await scratch.compute().get(job.jobId)
    assert.deepEqual([status, reason, attempts.length], ['finished', 'exit code 0', 1])
    assert.equal(scratch.target.asked.filter((question) => question === 'forget').length, 1)
    assert.ok(scratch.events.some((event) => event.kind === 'job-changed' && event.jobId === job.jobId))
    assert.equal(scratch.compute().liveCount, 0)
  })

  it('is shown to run while it runs, with what it has printed so far', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(shell('echo early; sleep 20'))
    await scratch.until(job.jobId, ({ status }) => status === 'running')
    assert.equal((await scratch.tracking().runs.get(job.runId)).status, 'RUNNING')
    for (let text = ''; text !== 'early\n';) {
      const { bytes, isComplete } = await scratch.compute().log(job.jobId, 0, 100)
      text = Buffer.from(bytes).toString()
      assert.equal(isComplete, false)
    }
    await scratch.compute().cancel(job.jobId)
    assert.equal((await scratch.ended(job.jobId)).status, 'cancelled')
    assert.equal(await scratch.output(job.jobId), 'early\n')
    assert.equal((await scratch.tracking().runs.get(job.runId)).status, 'KILLED')
  })

  it('is tried again in the same run, whose log has all of it', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(shell('echo attempt $RUNWRIGHT_ATTEMPT; [ $RUNWRIGHT_ATTEMPT = 3 ] || exit 7'), {
      retries: 5,
    })
    assert.equal(await scratch.output(job.jobId), 'attempt 1\nattempt 2\nattempt 3\n')
    const { attempts, status } = await scratch.compute().get(job.jobId)
    assert.deepEqual([status, attempts.map(({ exit }) => exit?.exitCode)], ['finished', [7, 7, 0]])
    assert.equal((await scratch.tracking().runs.get(job.runId)).status, 'FINISHED')
  })

  it('is tried again by hand once it has ended', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(shell('echo $RUNWRIGHT_ATTEMPT; exit 1'))
    assert.equal(await scratch.output(job.jobId), '1\n')
    assert.equal((await scratch.tracking().runs.get(job.runId)).status, 'FAILED')
    assert.equal((await scratch.compute().retry(job.jobId, {})).status, 'queued')
    await assert.rejects(scratch.compute().retry(job.jobId, {}), { code: 'INVALID_STATE' })
    assert.equal(await scratch.output(job.jobId), '1\n2\n')
  })

  it('ends when someone stops its run', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(shell('sleep 20'))
    await scratch.until(job.jobId, ({ status }) => status === 'running')
    const { runs } = scratch.tracking()
    assert.equal((await runs.requestStop(job.runId)).outcome, 'requested')
    scratch.compute().stopRun(job.runId)
    assert.equal((await scratch.ended(job.jobId)).status, 'cancelled')
  })

  it('is made once, however often its launch is sent', async () => {
    await using scratch = await openScratchCompute()
    const launches = Array.from({ length: 3 }, () => scratch.launch(shell('echo >> ran'), { key: 'same' }))
    const jobs = await Promise.all(launches)
    assert.equal(new Set(jobs.map(({ jobId }) => jobId)).size, 1)
    for (const { jobId } of jobs) await scratch.output(jobId)
    await scratch.launch(shell('echo >> ran'), { key: 'same' })
    assert.deepEqual([await countRuns(scratch), (await scratch.compute().list({})).total], [1, 1])
  })

  it(
    'that waited leaves a plan without it, so that nothing is kept for it any more',
    { timeout: 300_000 },
    async () => {
      const counted = createCountedLeases({ cpus: 8, gpus: ['GPU-0'] })
      const waiting: number[] = []
      const plan: typeof counted.plan = (jobs) => {
        waiting.push(jobs.queued.length)
        return counted.plan(jobs)
      }
      await using scratch = await openScratchCompute({
        toPlace: (target) => ({ target, leases: { ...counted, plan } }),
      })
      const holder = await scratch.launch(shell('sleep 20'), { resources: { gpus: 1 } })
      await scratch.until(holder.jobId, ({ status }) => status === 'running')
      const waits = await scratch.launch(shell('true'), { resources: { gpus: 1 } })
      await scratch.until(waits.jobId, ({ reason }) => reason !== '')
      await scratch.compute().cancel(waits.jobId)
      while (waiting.at(-1) !== 0) await nextTurn()
      await scratch.compute().cancel(holder.jobId)
      await scratch.ended(holder.jobId)
    },
  )

  it('that cannot work is refused and leaves nothing', async () => {
    await using scratch = await openScratchCompute()
    await assert.rejects(scratch.launch(['true'], { target: 'nowhere' }), (error: RunwrightError) => {
      assert.deepEqual([error.code, error.message], ['RESOURCE_DOES_NOT_EXIST', 'There is no target "nowhere".'])
      return /scratch/.test(error.hint ?? '')
    })
    await assert.rejects(scratch.launch(['true'], { resources: { gpus: 3 } }), {
      code: 'INVALID_PARAMETER_VALUE',
      message: 'The job asks for 3 GPUs; "scratch" has 2.',
    })
    assert.deepEqual(scratch.target.asked, ['check'], 'a launch waits for one question')
    scratch.target.faults.isUnreachable = true
    await assert.rejects(scratch.launch(['true']), { code: 'TEMPORARILY_UNAVAILABLE' })
    const { experimentId } = await scratch.tracking().experiments.ensure('Default')
    assert.equal((await scratch.tracking().runs.list({ experimentIds: [experimentId] })).total, 0)
    assert.equal((await scratch.compute().list({})).total, 0)
  })
})

describe('a queue', { concurrency: false }, () => {
  it('says why jobs wait, lets the promoted one go first, and drops one that is cancelled', async () => {
    await using scratch = await openScratchCompute({ cpus: 1 })
    const first = await scratch.launch(shell('sleep 20'))
    const order = shell('echo $RUNWRIGHT_PARAMS >> ran')
    const named = (value: string) => scratch.launch(order, { params: [{ key: 'name', value }] })
    await scratch.until(first.jobId, ({ status }) => status === 'running')
    const [second, third, fourth] = [await named('second'), await named('third'), await named('fourth')]
    const waiting = await scratch.until(third.jobId, ({ reason }) => reason !== '')
    assert.deepEqual([waiting.status, waiting.reason], ['queued', 'waits for 1 CPU; 0 free'])
    assert.ok((await scratch.compute().promote(third.jobId)).promotedAt)
    assert.equal((await scratch.compute().cancel(fourth.jobId)).status, 'cancelled')
    assert.equal((await scratch.tracking().runs.get(fourth.runId)).status, 'KILLED')
    await scratch.compute().cancel(first.jobId)
    await Promise.all([scratch.output(second.jobId), scratch.output(third.jobId)])
    assert.equal(await readFile(join(scratch.workspace, 'ran'), 'utf8'), '{"name":"third"}\n{"name":"second"}\n')
    const left = await scratch.launch(shell('sleep 20'))
    const list = async (query: object) => (await scratch.compute().list(query)).jobs.map(({ jobId }) => jobId)
    assert.deepEqual(await list({ isLive: true }), [left.jobId])
    assert.deepEqual(await list({ hasEnded: true, limit: 2 }), [fourth.jobId, third.jobId])
    await assert.rejects(scratch.compute().promote(third.jobId), { code: 'INVALID_STATE' })
  })

  it('gives each job GPUs of its own', async () => {
    await using scratch = await openScratchCompute()
    const jobs = [await scratch.launch(shell('sleep 20'), { resources: { gpus: 1 } })]
    jobs.push(await scratch.launch(shell('sleep 20'), { resources: { gpus: 1 } }))
    jobs.push(await scratch.launch(shell('sleep 20'), { resources: { gpus: 1 } }))
    const [one, two, three] = jobs
    assert.ok(one !== undefined && two !== undefined && three !== undefined)
    const given = await Promise.all(
      [one, two].map(({ jobId }) => scratch.until(jobId, ({ status }) => status === 'running')),
    )
    assert.deepEqual(
      given.map(({ attempts }) => attempts[0]?.gpus),
      [['GPU-0'], ['GPU-1']],
    )
    assert.equal((await scratch.until(three.jobId, ({ reason }) => reason !== '')).reason, 'waits for 1 GPU; 0 free')
    // What was given out is known after a restart as well.
    await scratch.restart()
    await scratch.until(three.jobId, ({ reason }) => reason === 'waits for 1 GPU; 0 free')
    await scratch.compute().cancel(one.jobId)
    const last = await scratch.until(three.jobId, ({ status }) => status === 'running')
    assert.deepEqual(last.attempts[0]?.gpus, ['GPU-0'])
  })

  it('asks a target about all of its jobs at once', async () => {
    await using scratch = await openScratchCompute({ cpus: 20 })
    const jobs = await Promise.all(Array.from({ length: 12 }, () => scratch.launch(shell('sleep 20'))))
    await Promise.all(jobs.map(({ jobId }) => scratch.until(jobId, ({ status }) => status === 'running')))
    scratch.target.asked.length = 0
    await new Promise((then) => setTimeout(then, 200))
    const questions = scratch.target.asked.filter((question) => question.startsWith('status'))
    assert.ok(questions.length > 0 && questions.every((question) => question === 'status 12'), String(questions))
  })
})

describe('when things go wrong', { concurrency: false }, () => {
  it('a submission whose answer is lost is found, and the command runs once', async () => {
    await using scratch = await openScratchCompute()
    scratch.target.faults.lostAnswers = 1
    const job = await scratch.launch(shell('echo >> ran; echo done'))
    assert.equal(await scratch.output(job.jobId), 'done\n')
    const { asked } = scratch.target
    assert.deepEqual(
      asked.filter((question) => /submit|find/.test(question)).map((question) => question.split(' ')[0]),
      ['submit', 'find'],
    )
    assert.deepEqual([await countRuns(scratch), (await scratch.compute().get(job.jobId)).attempts.length], [1, 1])
  })

  it('a submission that did not arrive is sent again under the same key once the target has none', async () => {
    await using scratch = await openScratchCompute()
    scratch.target.faults.lostSubmissions = 2
    const job = await scratch.launch(shell('echo >> ran; echo done'))
    assert.equal(await scratch.output(job.jobId), 'done\n')
    assert.deepEqual(
      scratch.target.asked.filter((question) => /submit|find/.test(question)),
      ['submit', 'find', 'submit', 'find', 'submit'].map((verb) => `${verb} ${job.jobId}-1`),
    )
    assert.equal(await countRuns(scratch), 1)
  })

  it('a target that cannot be reached changes no job', async () => {
    await using scratch = await openScratchCompute()
    const job = await scratch.launch(shell('echo one; sleep 0.2; echo two'))
    await scratch.until(job.jobId, ({ status }) => status === 'running')
    scratch.target.faults.isUnreachable = true
    const waiting = await scratch.until(job.jobId, ({ reason }) => reason !== '')
    assert.equal(waiting.status, 'running')
    assert.match(waiting.reason, /does not answer: The scratch target cannot be reached/)
    const cancelling = scratch.compute().cancel(job.jobId)
    assert.equal((await cancelling).isCancelRequested, true)
    await new Promise((then) => setTimeout(then, 300))
    scratch.target.faults.isUnreachable = false
    assert.equal(await scratch.output(job.jobId), 'one\ntwo\n')
    assert.equal((await scratch.compute().get(job.jobId)).status, 'finished', 'it had ended well before')
  })

  it('an engine that comes again finds its jobs, and their output is whole', async () => {
    await using scratch = await openScratchCompute()
    const script = 'echo >> ran; i=0; while [ $i -lt 400 ]; do i=$((i+1)); echo line $i; sleep 0.003; done; exit 3'
    const job = await scratch.launch(shell(script))
    for (let restarts = 0; restarts < 5; restarts++) {
      await new Promise((then) => setTimeout(then, 60 + 70 * restarts))
      await scratch.restart()
    }
    const expected = Array.from({ length: 400 }, (_, index) => `line ${index + 1}\n`).join('')
    assert.equal(await scratch.output(job.jobId), expected)
    const { status, reason, attempts } = await scratch.compute().get(job.jobId)
    assert.deepEqual([status, reason, attempts.length, await countRuns(scratch)], ['failed', 'exit code 3', 1, 1])
    assert.equal((await scratch.tracking().runs.get(job.runId)).status, 'FAILED')
  })

  it('a job whose secrets went with the engine says how to give them again', async () => {
    await using scratch = await openScratchCompute({ cpus: 1 })
    const first = await scratch.launch(shell('sleep 20'))
    const job = await scratch.launch(shell('echo $HF_TOKEN | wc -c'), { secrets: { HF_TOKEN: 'hunter2' } })
    await scratch.restart()
    await scratch.compute().cancel(first.jobId)
    await scratch.output(first.jobId)
    const waiting = await scratch.until(job.jobId, ({ reason }) => reason.includes('HF_TOKEN'))
    assert.equal(waiting.status, 'queued')
    assert.match(waiting.reason, /jobs retry [0-9a-f]{8} --secret HF_TOKEN/)
    await assert.rejects(scratch.compute().retry(job.jobId, {}), { code: 'INVALID_PARAMETER_VALUE' })
    await scratch.compute().retry(job.jobId, { HF_TOKEN: 'hunter2' })
    assert.equal((await scratch.output(job.jobId)).trim(), '8')
    const stored = await scratch.dump()
    assert.ok(stored.includes('HF_TOKEN') && !stored.includes('hunter2'))
  })

  it('a job that is cancelled while its submission is in doubt ends', async () => {
    await using scratch = await openScratchCompute()
    scratch.target.faults.lostSubmissions = 1
    const job = await scratch.launch(shell('echo >> ran'))
    await scratch.until(job.jobId, ({ attempts }) => attempts.length === 1)
    await scratch.compute().cancel(job.jobId)
    assert.equal((await scratch.ended(job.jobId)).status, 'cancelled')
    assert.equal(await countRuns(scratch), 0)
  })
})
