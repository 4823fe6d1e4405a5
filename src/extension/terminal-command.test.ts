import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { it } from 'node:test'
import { promisify } from 'node:util'
import { createShellScript } from './terminal-command.ts'

it('the terminal’s command passes on every word, wherever the editor is installed', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "runwright it's here "))
  t.after(() => rm(folder, { recursive: true }))
  const cli = join(folder, 'print "words" $HOME.js')
  await writeFile(cli, 'console.log(JSON.stringify([process.env.MODE, ...process.argv.slice(2)]))')
  const launcher = join(folder, 'runwright')
  await writeFile(launcher, createShellScript({ file: process.execPath, args: [cli], env: { MODE: 'a b' } }))
  const words = ['run', '--', 'echo', '$HOME', "it's", 'two words', '']
  const { stdout } = await promisify(execFile)('sh', [launcher, ...words])
  assert.deepEqual(JSON.parse(stdout), ['a b', ...words])
})
