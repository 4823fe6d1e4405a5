import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { it } from 'node:test'
import { scriptCommand } from './script-command.ts'

it('a file alone chooses what runs it; a command stays as it is', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'runwright-script-'))
  try {
    assert.deepEqual(await scriptCommand(['train.py', '--lr', '1'], folder), ['python3', 'train.py', '--lr', '1'])
    await mkdir(path.join(folder, '.venv/bin'), { recursive: true })
    await writeFile(path.join(folder, '.venv/bin/python'), '')
    assert.deepEqual(await scriptCommand(['train.py'], folder), ['.venv/bin/python', 'train.py'])
    assert.deepEqual(await scriptCommand(['train.py'], undefined), ['python3', 'train.py'])
    const own = ['.venv/bin/python', 'train.py']
    assert.deepEqual(await scriptCommand(own, folder), own)
    assert.deepEqual(await scriptCommand(own, undefined), ['python3', 'train.py'])
    assert.deepEqual(await scriptCommand(['src/train.ts'], folder), ['node', 'src/train.ts'])
    assert.deepEqual(await scriptCommand(['a/explore.ipynb'], folder), [
      'jupyter',
      'nbconvert',
      '--to',
      'notebook',
      '--execute',
      '--output',
      'explore.executed.ipynb',
      'a/explore.ipynb',
    ])
    assert.deepEqual(await scriptCommand(['python', 'train.py'], folder), ['python', 'train.py'])
  } finally {
    await rm(folder, { recursive: true })
  }
})
