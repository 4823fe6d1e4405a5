import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { generateFiles } from './files.ts'

const root = new URL('../../', import.meta.url)

describe('what “npm run generate” writes', async () => {
  for (const { path, text } of await generateFiles(root)) {
    it(`${path} is up to date`, async () => {
      assert.equal(await readFile(new URL(path, root), 'utf8'), text, 'run “npm run generate”')
    })
  }
})
