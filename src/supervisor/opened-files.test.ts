import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { sampleOpened } from './opened-files.ts'

it(
  'files that descendants have open for reading are told of once, and no others',
  {
    skip: process.platform !== 'linux',
  },
  async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'runwright-opened-')))
    await using opened = new AsyncDisposableStack()
    opened.defer(() => rm(folder, { recursive: true }))
    await mkdir(join(folder, 'inside/sub'), { recursive: true })
    for (const file of ['inside/a', 'inside/sub/b', 'inside/written', 'outside'])
      await writeFile(join(folder, file), 'x')
    // A grandchild has the second one, as a worker of a program would.
    const script = 'exec 3<inside/a 4<outside 5>>inside/written; sh -c "exec 6<inside/sub/b; echo on; read _; :"; :'
    const child = spawn('sh', ['-c', script], { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] })
    opened.defer(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')

    const over = new AbortController()
    const told: string[][] = []
    const calls = Promise.withResolvers<void>()
    const sampling = sampleOpened(process.pid, join(folder, 'inside'), over.signal, async (paths) => {
      told.push([...paths])
      calls.resolve()
    })
    await calls.promise
    child.stdin.end('\n')
    await once(child, 'exit')
    over.abort()
    await sampling
    assert.deepEqual(
      told.map((paths) => paths.toSorted()),
      [['a', 'sub/b']],
    )
  },
)
