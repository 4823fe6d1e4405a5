import assert from 'node:assert/strict'
import { it } from 'node:test'
import { openTools } from './run-tool.ts'

it('a tool answers on both streams with its exit code, in English', async () => {
  const run = openTools({ ...process.env, LC_ALL: 'de_DE.UTF-8' })
  const script = 'console.log(process.env.LC_ALL); console.error("oops"); process.exitCode = 9'
  assert.deepEqual(await run(process.execPath, ['-e', script]), { stdout: 'C\n', stderr: 'oops\n', exitCode: 9 })
})

it('a tool that is not installed is undefined', async () => {
  assert.equal(await openTools(process.env)('no-such-tool-of-a-driver', []), undefined)
})
