import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../protocol/client.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { openScratchTracking } from '../tracking/scratch-tracking.ts'
import { tools } from './all.ts'
import { defineAgentTool, type ToolContext } from './agent-tool.ts'

const unused = () => assert.fail('not to be called')
const client: Client = {
  call: unused,
  events: unused,
  download: unused,
  upload: unused,
  tracking: unused,
  [Symbol.asyncDispose]: async () => {},
}
const context: ToolContext = { client, now: () => 0, signal: new AbortController().signal, launch: unused }

const shown = {
  name: 'runwright_test',
  referenceName: 'test',
  title: 'Test',
  summary: 'Tests.',
  description: 'Tests.',
  icon: '$(beaker)',
  effect: 'reads',
} as const

const tool = defineAgentTool({
  ...shown,
  fields: {
    run: { type: 'text', description: 'r', required: true },
    limit: { type: 'integer', description: 'l', min: 1, max: 5 },
    names: { type: 'texts', description: 'n', min: 1, max: 2 },
    goal: { type: 'text', description: 'g', values: ['up', 'down'] },
    all: { type: 'flag', description: 'a' },
  },
  run: async (_, input) => JSON.stringify(input),
})

describe('a tool for language models', () => {
  it('says in a schema what it takes', () => {
    assert.deepEqual(tool.inputSchema, {
      type: 'object',
      properties: {
        run: { type: 'string', description: 'r' },
        limit: { type: 'integer', description: 'l', minimum: 1, maximum: 5 },
        names: { type: 'array', items: { type: 'string' }, description: 'n', minItems: 1, maxItems: 2 },
        goal: { type: 'string', description: 'g', enum: ['up', 'down'] },
        all: { type: 'boolean', description: 'a' },
      },
      required: ['run'],
      additionalProperties: false,
    })
  })

  it('takes what fits the schema; null is as good as missing', async () => {
    const input = { run: 'a', limit: 5, names: ['x'], goal: 'up', all: true }
    assert.deepEqual(JSON.parse(await tool.run(context, input)), input)
    assert.deepEqual(JSON.parse(await tool.run(context, { run: 'a', limit: null })), { run: 'a' })
  })

  it('refuses what does not, by the name of the field', async () => {
    for (const [input, said] of [
      [[], /no object/],
      [{}, /"run" is missing/],
      [{ run: 1 }, /run/],
      [{ run: 'a', limit: 6 }, /limit/],
      [{ run: 'a', names: [] }, /"names" holds 0 items/],
      [{ run: 'a', names: ['x', 'y', 'z'] }, /names/],
      [{ run: 'a', goal: 'left' }, /goal/],
      [{ run: 'a', all: 'yes' }, /all/],
      [{ run: 'a', runs: 'b' }, /no input "runs"\. There are: run, limit/],
    ] as const) {
      await assert.rejects(tool.run(context, input), { code: 'INVALID_PARAMETER_VALUE', message: said })
    }
  })

  it('answers with bounded text', async () => {
    const chatty = defineAgentTool({ ...shown, fields: {}, run: async () => 'x\n'.repeat(100_000) })
    const text = await chatty.run(context, {})
    assert.ok(text.length <= 24_000 && /more characters are left out/.test(text))
  })
})

describe('the tools', () => {
  it('have names that both hosts take, and only one of them starts anything', () => {
    for (const { name, referenceName } of tools) {
      assert.match(name, /^runwright_[a-z_]+$/)
      assert.match(referenceName, /^runwright[A-Za-z]+$/)
    }
    const starting = tools.filter(({ effect }) => effect === 'starts-processes').map(({ name }) => name)
    assert.deepEqual(starting, ['runwright_launch_run'])
  })

  it('say what a launch would do before it is done, the words of a recorded command among it', async () => {
    const launch = tools.find(({ name }) => name === 'runwright_launch_run') ?? assert.fail()
    const asked = await launch.confirmation(client, { command: ['python', 'a b.py', '{lr}'], params: ['lr=0.1'] })
    assert.equal(asked, 'Starts on this machine, as a tracked run:\n\npython "a b.py" 0.1\n\nParams: lr=0.1')
    await using tracking = await openScratchTracking()
    const { experimentId } = await tracking.experiments.ensure('digits')
    const tags = [{ key: tagNames.command, value: '["rm","--depth","3"]' }]
    const { runId } = await tracking.runs.create({ experimentId, params: [{ key: 'depth', value: '3' }], tags })
    const reader: Client = {
      ...client,
      // SAFETY: the only method that is called here is runs/get.
      call: async () => ({ run: await tracking.runs.get(runId) }) as never,
    }
    const again = await launch.confirmation(reader, { rerunOf: runId, params: ['depth=4'] })
    assert.equal(again, 'Starts on this machine, as a tracked run:\n\nrm --depth 4')
  })

  it('launch by words of the command line', async () => {
    const launch = tools.find(({ name }) => name === 'runwright_launch_run') ?? assert.fail()
    const launched: (readonly string[])[] = []
    const host: ToolContext = {
      ...context,
      async launch(words) {
        launched.push(words)
        return 'Started.'
      },
    }
    const input = { command: ['train', '--help'], params: ['-x=1'], experiment: '-e', name: 'n' }
    assert.equal(await launch.run(host, input), 'Started.')
    assert.deepEqual(launched, [['run', '--param=-x=1', '--experiment=-e', '--name=n', '--', 'train', '--help']])
    for (const wrong of [{}, { command: [] }, { command: ['a'], rerunOf: 'b' }, { command: ['a'], params: ['x'] }]) {
      await assert.rejects(launch.run(host, wrong), { code: 'INVALID_PARAMETER_VALUE' })
    }
    assert.equal(launched.length, 1)
  })
})
