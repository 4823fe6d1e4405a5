import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { graceMs, initialSupervision, step, type SupervisionEffect, type SupervisionEvent } from './supervision.ts'

const exited = (exitCode: number | null, signal: string | null = null): SupervisionEvent => ({
  kind: 'exited',
  exit: { exitCode, signal },
})
const stop: SupervisionEvent = { kind: 'stop-requested' }
const interrupt: SupervisionEvent = { kind: 'signal', signal: 'SIGINT' }

/** Runs the events from the beginning: the status in the end, if it ended, and every effect on the way. */
function play(...events: SupervisionEvent[]) {
  let state = initialSupervision
  const effects: SupervisionEffect[] = []
  for (const event of events) {
    const next = step(state, event)
    state = next.state
    effects.push(...next.effects)
  }
  return { status: state.phase === 'ended' ? state.status : undefined, effects }
}

describe('the supervision of a command', () => {
  it('makes the status from how the command ended', () => {
    assert.equal(play(exited(0)).status, 'FINISHED')
    assert.equal(play(exited(3)).status, 'FAILED')
    assert.equal(play(exited(null, 'SIGSEGV')).status, 'KILLED')
    assert.equal(play(exited(null)).status, 'KILLED')
  })

  it('passes signals on, each time one comes', () => {
    assert.deepEqual(play(interrupt, interrupt).effects, [
      { kind: 'send', signal: 'SIGINT' },
      { kind: 'send', signal: 'SIGINT' },
    ])
  })

  it('calls a run killed that failed on a signal, and finished when it ended well in spite of it', () => {
    assert.equal(play(interrupt, exited(1)).status, 'KILLED')
    assert.equal(play(interrupt, exited(0)).status, 'FINISHED')
  })

  it('ends a run politely on request, and for good when the grace is over', () => {
    assert.deepEqual(play(stop, { kind: 'grace-over' }).effects, [
      { kind: 'send', signal: 'SIGTERM' },
      { kind: 'start-grace', graceMs },
      { kind: 'send', signal: 'SIGKILL' },
    ])
  })

  it('asks once, however often the request comes', () => {
    assert.deepEqual(play(stop, stop).effects, play(stop).effects)
  })

  it('calls a run killed that was asked to stop, whatever its exit code', () => {
    assert.equal(play(stop, exited(0)).status, 'KILLED')
    assert.equal(play(stop, interrupt, exited(0)).status, 'KILLED')
  })

  it('does nothing after the end', () => {
    const end: SupervisionEffect = { kind: 'end', status: 'FINISHED', exit: { exitCode: 0, signal: null } }
    assert.deepEqual(play(exited(0), stop, interrupt, { kind: 'grace-over' }, exited(1)).effects, [end])
  })
})
