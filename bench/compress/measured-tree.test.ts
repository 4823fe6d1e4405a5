import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { measureTree } from './measured-tree.ts'

/** Holds 100 MiB for half a second from when the other one holds them too: many times as long as a look at both takes. */
const hold = `
import os, sys, time
held = b"x" * (100 << 20)
open(sys.argv[1], "w").close()
while not os.path.exists(sys.argv[2]):
    time.sleep(0.01)
time.sleep(0.5)
`

it('adds up the memory of processes that run at the same time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-tree-'))
  try {
    const script = `python3 -c '${hold}' a b & python3 -c '${hold}' b a; wait`
    const { memory, cpu, wall } = await measureTree(folder, ['sh', '-c', script])
    assert.ok(memory > 200 && memory < 300, String(memory))
    assert.ok(wall > 0.5 && cpu > 0)
  } finally {
    await rm(folder, { recursive: true })
  }
})

it('tells what a command said that failed', async () => {
  await assert.rejects(() => measureTree('/', ['sh', '-c', 'echo no luck >&2; exit 3']), /ended with 3: no luck/)
})
