import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import {
  type Arbitrary,
  array,
  assert as holds,
  boolean,
  constant,
  constantFrom,
  nat,
  oneof,
  property,
  record,
  tuple,
} from 'fast-check'
import type { JobExit } from '../protocol/jobs.ts'
import {
  initialJobState,
  type JobEffect,
  type JobEvent,
  type JobState,
  listDuties,
  maxAttempts,
  statusOf,
  step,
} from './job-state.ts'

const exit = (cause: JobExit['cause'], exitCode: number | null = cause === 'exited' ? 0 : null): JobExit => ({
  exitCode,
  signal: null,
  cause,
  endedAt: 90,
})
const start: JobEvent = { kind: 'start', gpus: [], logOffset: 0 }
const submitted = (attempt = 1): JobEvent => ({ kind: 'submitted', attempt, handle: `handle ${attempt}`, at: 10 })
const running = (attempt = 1): JobEvent => ({
  kind: 'seen',
  attempt,
  status: { state: 'running', startedAt: 20 },
  at: 21,
})
const ended = (cause: JobExit['cause'], exitCode?: number, attempt = 1): JobEvent => ({
  kind: 'seen',
  attempt,
  status: { state: 'ended', exit: exit(cause, exitCode) },
  at: 91,
})
const gone: JobEvent = { kind: 'seen', attempt: 1, status: { state: 'gone' }, at: 50 }
const settled = (attempt = 1): JobEvent => ({ kind: 'settled', attempt })
const cancel: JobEvent = { kind: 'cancel-requested' }

/** Plays the events from the beginning. `last` are the effects of the last one. */
function play(retries: number, ...events: readonly JobEvent[]) {
  let state = initialJobState(retries)
  let last: readonly JobEffect[] = []
  for (const event of events) ({ state, effects: last } = step(state, event))
  return { state, last, kinds: last.map(({ kind }) => kind) }
}

describe('the state of a job', () => {
  it('goes from the queue to its end, and its run with it', () => {
    const { state } = play(0, start, submitted(), running(), ended('exited'), settled())
    assert.deepEqual(
      [state.phase, statusOf(state), state.outcome?.reason, state.attempts],
      [
        'ended',
        'finished',
        'exit code 0',
        [{ number: 1, logOffset: 0, handle: 'handle 1', submittedAt: 10, startedAt: 20, exit: exit('exited') }],
      ],
    )
    assert.deepEqual(play(0, start).last, [{ kind: 'submit', attempt: 1 }])
    assert.deepEqual(play(0, start, submitted(), running()).last, [{ kind: 'set-run-status', status: 'RUNNING' }])
    assert.deepEqual(play(0, start, submitted(), running(), ended('exited', 3)).last, [
      { kind: 'set-run-status', status: 'FAILED', exit: exit('exited', 3) },
      { kind: 'settle', attempt: 1 },
    ])
  })

  it('takes what its target knows of an attempt that ended between two looks', () => {
    const { state } = play(0, start, submitted(), {
      kind: 'seen',
      attempt: 1,
      status: { state: 'ended', startedAt: 15, exit: exit('exited') },
      at: 91,
    })
    assert.equal(state.attempts[0]?.startedAt, 15)
  })

  it('tries again in the same run as often as it may, and only once the output is in', () => {
    const failed = play(1, start, submitted(), running(), ended('exited', 1))
    assert.deepEqual([failed.kinds, statusOf(failed.state)], [['settle'], 'queued'])
    const again = play(1, start, submitted(), running(), ended('exited', 1), settled(), start)
    assert.deepEqual(again.last, [{ kind: 'submit', attempt: 2 }])
    const last = [submitted(2), running(2), ended('exited', 1, 2)]
    const over = play(1, start, submitted(), running(), ended('exited', 1), settled(), start, ...last)
    assert.equal(statusOf(over.state), 'failed')
  })

  it('goes on after a preemption without counting it, but not for ever', () => {
    let state = initialJobState(0)
    for (let attempt = 1; attempt <= maxAttempts; attempt++) {
      for (const event of [start, submitted(attempt), ended('preempted', undefined, attempt), settled(attempt)]) {
        state = step(state, event).state
      }
      if (attempt < maxAttempts) assert.equal(state.phase, 'queued')
    }
    assert.equal(statusOf(state), 'failed')
  })

  it('is lost when its target does not know it any more, and is not run again by itself', () => {
    const { state } = play(5, start, submitted(), gone, settled())
    assert.deepEqual([state.phase, statusOf(state), state.attempts.length], ['ended', 'lost', 1])
  })

  it('fails when its target refuses it', () => {
    const { state, kinds } = play(3, start, { kind: 'refused', attempt: 1, message: 'There is no partition "gpu".' })
    assert.deepEqual(state.outcome, { status: 'failed', reason: 'There is no partition "gpu".' })
    assert.deepEqual(kinds, ['set-run-status', 'settle'])
  })

  it('looks for a submission that was not answered before it submits again', () => {
    const doubted = play(0, start, { kind: 'doubted', attempt: 1 })
    assert.deepEqual(doubted.kinds, ['find'])
    assert.deepEqual(play(0, start, { kind: 'doubted', attempt: 1 }, submitted()).state.phase, 'submitted')
    const again = play(0, start, { kind: 'doubted', attempt: 1 }, { kind: 'not-found', attempt: 1 })
    assert.deepEqual(again.last, [{ kind: 'submit', attempt: 1 }])
    assert.deepEqual(play(0, start, { kind: 'not-found', attempt: 1 }).kinds, [], 'nobody asked')
  })

  it('looks for a submission that the engine’s end cut off', () => {
    const { state, kinds } = play(0, start, { kind: 'recovered' })
    assert.deepEqual([state.isDoubtful, kinds], [true, ['find']])
  })

  it('is cancelled in every state', () => {
    assert.equal(statusOf(play(0, cancel).state), 'cancelled')
    assert.deepEqual(play(0, start, cancel).kinds, [])
    assert.deepEqual(play(0, start, cancel, submitted()).kinds, ['cancel'])
    const lookedFor = play(0, start, { kind: 'doubted', attempt: 1 }, cancel, { kind: 'not-found', attempt: 1 })
    assert.equal(statusOf(lookedFor.state), 'cancelled')
    assert.deepEqual(play(0, start, submitted(), cancel).kinds, ['cancel'])
    assert.deepEqual(play(0, start, submitted(), running(), cancel).kinds, ['cancel'])
    assert.deepEqual(play(0, start, submitted(), running(), cancel, cancel).kinds, [], 'once is enough')
    const between = play(1, start, submitted(), ended('exited', 1), cancel)
    assert.deepEqual([statusOf(between.state), between.kinds], ['cancelled', ['set-run-status', 'settle']])
  })

  it('has finished when it ended well before the cancellation came to it', () => {
    assert.equal(statusOf(play(0, start, submitted(), running(), cancel, ended('exited')).state), 'finished')
    assert.equal(statusOf(play(0, start, submitted(), running(), cancel, ended('exited', 1)).state), 'cancelled')
    assert.equal(statusOf(play(3, start, submitted(), running(), ended('cancelled')).state), 'cancelled')
  })

  it('says that a run was killed whose command ended by a signal', () => {
    const crash: JobExit = { exitCode: null, signal: 'SIGSEGV', cause: 'exited', endedAt: 9 }
    const { last } = play(0, start, submitted(), {
      kind: 'seen',
      attempt: 1,
      status: { state: 'ended', exit: crash },
      at: 9,
    })
    assert.deepEqual(last[0], { kind: 'set-run-status', status: 'KILLED', exit: crash })
  })

  it('takes no notice of what is said of an earlier attempt', () => {
    const { state } = play(1, start, submitted(), ended('exited', 1), settled(), start, submitted(2))
    assert.equal(step(state, gone).state, state)
  })

  it('goes on when a person asks for it', () => {
    const events = [start, submitted(), gone, settled()]
    const { state, last } = play(0, ...events, { kind: 'retry-requested', retries: 2 })
    assert.deepEqual([state.phase, state.retriesLeft, state.outcome], ['queued', 2, undefined])
    assert.deepEqual(last, [{ kind: 'set-run-status', status: 'SCHEDULED' }])
    assert.equal(play(0, start, { kind: 'retry-requested', retries: 2 }).state.retriesLeft, 0)
  })
})

/** What can happen around a job, in any order. */
const happening = oneof(
  { weight: 6, arbitrary: record({ kind: constant('perform'), luck: nat(3), lost: boolean() }) },
  { weight: 3, arbitrary: record({ kind: constantFrom('look', 'turn', 'start') }) },
  { weight: 2, arbitrary: record({ kind: constant('end'), luck: nat(5) }) },
  { weight: 1, arbitrary: record({ kind: constantFrom('crash', 'cancel', 'forgotten', 'retry') }) },
)
type Happening = typeof happening extends Arbitrary<infer T> ? T : never

const exits = [
  exit('exited'),
  exit('exited', 1),
  exit('preempted'),
  exit('time-limit'),
  exit('out-of-memory'),
  exit('cancelled'),
]

/** A target that answers truly or not at all, and an interpreter that may be killed between any two things it does. */
function createWorld(retries: number) {
  let state = initialJobState(retries)
  let todo: JobEffect[] = []
  let wasCancelled = false
  const attempts = new Map<number, JobExit | 'live' | 'gone'>()
  /** Attempts whose submission was not answered, and that have not been looked for since. */
  const unsure = new Set<number>()

  function take(event: JobEvent): void {
    const before = state
    const next = step(before, event)
    if (before.phase === 'ended' && event.kind !== 'retry-requested')
      assert.deepEqual(next, { state: before, effects: [] })
    state = next.state
    todo.push(...next.effects)
    assert.ok([...attempts.values()].filter((each) => each === 'live').length <= 1, 'two attempts live')
  }

  function submit(attempt: number, luck: number): void {
    assert.ok(!unsure.has(attempt), 'submitted again without a look')
    assert.ok(![...attempts].some(([other, fate]) => other !== attempt && fate === 'live'), 'another attempt lives')
    if (luck === 3 && !attempts.has(attempt)) return take({ kind: 'refused', attempt, message: 'no' })
    // A key runs once, however often it is submitted: the target's own fence.
    if (luck !== 2 && !attempts.has(attempt)) attempts.set(attempt, 'live')
    if (luck === 0) return take({ kind: 'submitted', attempt, handle: String(attempt), at: 1 })
    unsure.add(attempt)
    take({ kind: 'doubted', attempt })
  }

  function perform(effect: JobEffect, luck: number, isAnswerLost: boolean): void {
    switch (effect.kind) {
      case 'submit':
        submit(effect.attempt, isAnswerLost && luck === 0 ? 1 : luck)
        return
      case 'find':
        if (luck > 1) return
        unsure.delete(effect.attempt)
        if (attempts.has(effect.attempt)) {
          take({ kind: 'submitted', attempt: effect.attempt, handle: String(effect.attempt), at: 1 })
        } else take({ kind: 'not-found', attempt: effect.attempt })
        return
      case 'cancel':
        if (luck < 2 && attempts.get(effect.attempt) === 'live') attempts.set(effect.attempt, exit('cancelled'))
        return
      case 'settle':
        if (luck < 2) take({ kind: 'settled', attempt: effect.attempt })
        return
      case 'set-run-status':
        return
    }
  }

  function look(): void {
    const attempt = state.attempts.length
    const fate = attempts.get(attempt)
    if ((state.phase !== 'submitted' && state.phase !== 'running') || fate === undefined) return
    const kind = 'seen'
    if (fate === 'live') take({ kind, attempt, status: { state: 'running', startedAt: 1 }, at: 2 })
    else if (fate === 'gone') take({ kind, attempt, status: { state: 'gone' }, at: 2 })
    else take({ kind, attempt, status: { state: 'ended', exit: fate }, at: 2 })
  }

  function crash(): void {
    // The submission may have been on its way.
    const [first] = todo
    if (first?.kind === 'submit') unsure.add(first.attempt)
    if (first?.kind === 'submit' && !attempts.has(first.attempt) && first.attempt % 2 === 0) {
      attempts.set(first.attempt, 'live')
    }
    todo = []
    take({ kind: 'recovered' })
  }

  function happen(event: Happening): void {
    switch (event.kind) {
      case 'perform': {
        const effect = todo.shift()
        if (effect !== undefined && 'luck' in event) perform(effect, event.luck, 'lost' in event && event.lost)
        return
      }
      case 'look':
        return look()
      case 'turn':
        // One thing at a time is asked of a target for a job.
        if (todo.length === 0) todo.push(...listDuties(state))
        return
      case 'start':
        return take({ kind: 'start', gpus: [], logOffset: 0 })
      case 'end':
      case 'forgotten': {
        const live = [...attempts].find(([, fate]) => fate === 'live')?.[0]
        if (live !== undefined) attempts.set(live, 'luck' in event ? (exits[event.luck] ?? 'gone') : 'gone')
        return
      }
      case 'crash':
        return crash()
      case 'cancel':
        wasCancelled = state.phase !== 'ended'
        return take({ kind: 'cancel-requested' })
      case 'retry':
        if (state.phase === 'ended') wasCancelled = false
        return take({ kind: 'retry-requested', retries })
    }
  }

  return {
    happen,
    state: (): JobState => state,
    wasCancelled: () => wasCancelled,
    liveCount: () => [...attempts.values()].filter((fate) => fate === 'live').length,
    /** From here on all goes well. */
    calm(): void {
      for (let turn = 0; turn < 20 && state.phase !== 'ended'; turn++) {
        todo.push(...(todo.length === 0 ? listDuties(state) : []))
        for (let effect = todo.shift(); effect !== undefined; effect = todo.shift()) perform(effect, 0, false)
        look()
      }
    },
  }
}

describe('whatever happens in whatever order', () => {
  const worlds = tuple(nat(3), array(happening, { minLength: 10, maxLength: 120 }))

  it('no two attempts live at once, none is submitted again unlooked for, and an ended job does nothing', () => {
    holds(
      property(worlds, ([retries, happenings]) => {
        const world = createWorld(retries)
        for (const each of happenings) world.happen(each)
      }),
      { numRuns: 2000 },
    )
  })

  it('a cancelled job ends as soon as its target answers again', () => {
    holds(
      property(worlds, ([retries, happenings]) => {
        const world = createWorld(retries)
        for (const each of happenings) world.happen(each)
        world.happen({ kind: 'cancel' })
        world.calm()
        assert.deepEqual([world.state().phase, world.liveCount()], ['ended', 0])
        const { status } = world.state().outcome ?? {}
        if (world.wasCancelled() && world.state().attempts.length === 0) assert.equal(status, 'cancelled')
      }),
      { numRuns: 2000 },
    )
  })
})
