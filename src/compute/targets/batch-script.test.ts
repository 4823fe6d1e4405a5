import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { until } from '../wrapper/scratch-wrapper.ts'
import { jobFiles } from '../wrapper/job-folder.ts'
import { batchScript } from './batch-script.ts'

/** Runs the script with another wrapper, and asks for a checkpoint once that has begun. @returns its exit code and notes */
async function ask(wrapper: string, prepare: (folder: string) => Promise<unknown>): Promise<[number | null, string]> {
  const folder = await mkdtemp(join(tmpdir(), 'rw-batch-'))
  try {
    await writeFile(join(folder, jobFiles.wrapper), wrapper)
    await writeFile(join(folder, 'batch.sh'), batchScript({ codeFolder: folder }))
    await prepare(folder)
    const script = spawn('sh', ['batch.sh'], { cwd: folder })
    const ended = once(script, 'exit')
    await until(() => existsSync(join(folder, 'notes')))
    // Again and again, for the script may not have got to its own listening.
    const asking = setInterval(() => script.kill('SIGUSR1'), 50)
    const [code] = await ended
    clearInterval(asking)
    return [code, await readFile(join(folder, 'notes'), 'utf8')]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

describe('the script that a cluster is given', () => {
  it('keeps a wish for a checkpoint from a wrapper that does not listen yet, which would end of it', async () => {
    const deaf = 'echo begun >notes; sleep 0.5; echo ran >>notes'
    const nothing = () => Promise.resolve()
    assert.deepEqual(await ask(deaf, nothing), [0, 'begun\nran\n'])
    // Nor has one that is started again.
    const again = async (folder: string) => {
      await mkdir(join(folder, 'claim'))
      await mkdir(join(folder, jobFiles.requeue))
      await writeFile(join(folder, jobFiles.owner), '1 2 3 4 5\n')
    }
    assert.deepEqual(await ask(deaf, again), [0, 'begun\nran\n'])
  })

  it('passes it on to one that does', async () => {
    const claim = async (folder: string) => {
      await mkdir(join(folder, 'claim'))
      await writeFile(join(folder, jobFiles.owner), '1 2 3 4 5\n')
    }
    const wrapper = `trap 'echo saved >>notes; trap : USR1; exit 3' USR1; echo begun >notes; while :; do sleep 0.05; done`
    assert.deepEqual(await ask(wrapper, claim), [3, 'begun\nsaved\n'])
  })
})
