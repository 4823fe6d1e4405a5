import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { it } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const program = `
  import v8 from 'node:v8'
  const { beginSmall, letHeapGrow } = await import(process.argv[1])
  const kept = []
  const sizeAfterMuch = () => {
    for (let at = 0; at < 3_000_000; at++) kept[at % 200_000] = { at, next: [at] }
    return v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size
  }
  beginSmall()
  const small = sizeAfterMuch()
  letHeapGrow()
  console.log(JSON.stringify({ small, grown: sizeAfterMuch() }))
`

it('the heap of new objects stays as it begins until it is let grow', async () => {
  const url = pathToFileURL(join(import.meta.dirname, 'small-heap.ts')).href
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program, url])
  const { small, grown } = JSON.parse(stdout)
  assert.ok(small <= 2 ** 21 && grown > 2 * small, stdout)
})
