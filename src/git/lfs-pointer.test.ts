import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatLfsPointer, parseLfsPointer } from './lfs-pointer.ts'

const oid = 'ab'.repeat(32)
const text = `version https://git-lfs.github.com/spec/v1\noid sha256:${oid}\nsize 12345\n`

describe('a pointer of Git LFS', () => {
  it('is read and written as git-lfs does', () => {
    assert.deepEqual(parseLfsPointer(Buffer.from(text)), { oid, sizeBytes: 12345 })
    assert.equal(formatLfsPointer({ oid, sizeBytes: 12345 }), text)
  })

  it('is read with extensions and with line ends of Windows', () => {
    const extended = text.replace('oid', `ext-0-foo sha256:${oid}\noid`)
    assert.deepEqual(parseLfsPointer(Buffer.from(extended)), { oid, sizeBytes: 12345 })
    assert.deepEqual(parseLfsPointer(Buffer.from(text.replace(`${oid}\n`, `${oid}\r\n`))), {
      oid,
      sizeBytes: 12345,
    })
  })

  it('is nothing that only begins like one', () => {
    for (const other of [
      text.replace('sha256', 'sha512'),
      text.replace('size 12345\n', ''),
      text.replace('size 12345', 'size -1'),
      text.replace('12345', '9007199254740993'),
      text.replace(oid, oid.slice(1)),
      text + 'x'.repeat(1024),
      'version https://git-lfs.github.com/spec/v2\n',
      '',
    ]) {
      assert.equal(parseLfsPointer(Buffer.from(other)), undefined, other.slice(0, 80))
    }
  })
})
