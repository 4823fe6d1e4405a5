import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { RunListRow } from '../../protocol/methods.ts'
import type { TreeElement } from './element.ts'
import { createExperimentTree } from './experiment-tree.ts'
import { newExperiment, newRow } from './test-elements.ts'
import { defaultViewOptions } from './view-options.ts'

/** A tree over an engine that has these runs, whose answers come when they are let go. */
function openTree() {
  const engine = { rows: [newRow(1)] }
  const held: (() => void)[] = []
  const answers = {
    'experiments/list': () => ({ experiments: [newExperiment().experiment] }),
    'experiments/keys': () => ({ metrics: [], params: [], tags: [], headline: null }),
    'runs/list': () => ({ runs: engine.rows, total: engine.rows.length }),
  }
  let isHolding = false
  const client = {
    async call(method: keyof typeof answers) {
      const answer = answers[method]()
      if (isHolding && method === 'runs/list') await new Promise<void>((resolve) => held.push(resolve))
      return answer
    },
  }
  const drawn: (readonly TreeElement[] | 'experiments')[] = []
  const tree = createExperimentTree({
    connectionId: 'c',
    place: 'folder',
    // SAFETY: the tree calls these methods alone.
    client: client as unknown as Client,
    options: () => defaultViewOptions,
    isChosen: () => false,
    changed: (elements) => void drawn.push(elements),
    failed: (error) => assert.fail(String(error)),
  })
  return {
    tree,
    engine,
    drawn,
    hold: () => void (isHolding = true),
    async letGo() {
      isHolding = false
      for (const answer of held.splice(0)) answer()
      await settle()
    },
  }
}

/** Lets all answers come that are on their way. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve()
}

const ids = (elements: readonly TreeElement[]) =>
  elements.flatMap((element) => (element.kind === 'run' ? element.row.runId : []))

describe('the runs of an experiment that is just being opened', () => {
  const changes: Readonly<Record<string, (row: RunListRow) => ChangeEvent>> = {
    'a run that began': ({ experimentId, runId }) => ({ kind: 'run', experimentId, runId }),
    'a stream of events that began anew': () => ({ kind: 'reset' }),
  }
  for (const [name, newEvent] of Object.entries(changes)) {
    it(`are fetched once more for ${name} in the meantime`, async () => {
      const { tree, engine, drawn, hold, letGo } = openTree()
      const [experiment] = await tree.experiments()
      assert.ok(experiment)
      hold()
      const first = tree.children(experiment)
      await settle()
      const added = newRow(2)
      engine.rows = [added, ...engine.rows]
      tree.apply(newEvent(added))
      await settle()
      await letGo()
      await first
      await settle()
      assert.deepEqual(ids(await tree.children(experiment)), [added.runId, newRow(1).runId])
      assert.deepEqual(drawn.at(-1), [experiment])
    })
  }
})
