import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseDataHash, parseSha256 } from '../hash.ts'
import { formatPointer, parsePointer } from '../pointer.ts'
import { readPlainPointer } from './plain-pointer.ts'

const digits = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length })
// Hashes of digits alone, or with one `e`, are numbers to YAML.
const hex = (length: number) =>
  fc.oneof(digits('0123456789abcdef', length), digits('0123456789', length), digits('01e', length))
const name = fc.oneof(
  fc.constantFrom('true', 'No', 'null', '.git', '..', 'a b', '1', 'é', '-x', "it's"),
  fc.stringMatching(/^[\w.-]{1,8}$/),
)

describe('a .dvc file that is read the fast way', () => {
  it('is what it is the slow way, or is left to that', () => {
    let plainCount = 0
    const property = fc.property(
      hex(32),
      hex(64),
      name,
      fc.boolean(),
      fc.boolean(),
      (md5, sha, path, isFolder, isOurs) => {
        const hash = parseDataHash(isFolder ? `${md5}.dir` : md5) ?? assert.fail()
        const sha256 = isOurs ? parseSha256(sha) : undefined
        const written = formatPointer([{ path, hash, sizeBytes: 5, fileCount: isFolder ? 2 : undefined, sha256 }])
        const unquoted = written.replaceAll(/['"]/g, '')
        const stale = written.replace(/for: ./, 'for: f')
        for (const text of [written, unquoted, stale]) {
          const read = readPlainPointer(text)
          if (read === undefined) continue
          plainCount++
          assert.deepEqual(read, parseSlowly(text), text)
        }
      },
    )
    fc.assert(property, { numRuns: 5000 })
    assert.ok(plainCount > 100)
  })
})

function parseSlowly(text: string): unknown {
  try {
    return parsePointer(text, 'x.dvc').outs[0]
  } catch (error) {
    if (error instanceof RunwrightError) return error.message
    throw error
  }
}
