import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseDataHash } from '../hash.ts'
import { type IndexRecord, openIndexReader, openIndexWriter, readIndexSummary } from './file-index.ts'

const record = (index: number): IndexRecord => ({
  path: `folder/مجلد ${String(index).padStart(6, '0')}`,
  sizeBytes: index * 2 ** 33,
  mtimeMs: 1.7e12 + index / 4096,
  ino: 2 ** 52 + index,
  hashes: index.toString(16).padStart(96, '0'),
})
const summary = {
  version: { hash: parseDataHash('0'.repeat(32)) ?? assert.fail(), sha256: undefined },
  cacheStamp: { digest: 'x', newestMs: 1.5 },
  shape: 'y',
}

function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'runwright-index-'))
  return { file: join(folder, 'index'), folder, [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
}

function write(file: string, count: number): readonly IndexRecord[] {
  const records = Array.from({ length: count }, (_, index) => record(index))
  using writer = openIndexWriter(file)
  for (const each of records) writer.add(each)
  writer.finish(summary)
  return records
}

function read(file: string): readonly IndexRecord[] {
  using reader = openIndexReader(file)
  const records: IndexRecord[] = []
  for (let next = reader.next(); next !== undefined; next = reader.next()) records.push(next)
  return records
}

describe('the index of file states', () => {
  it('is read back as it was, over many blocks', () => {
    using opened = openFolder()
    const records = write(opened.file, 10_000)
    assert.deepEqual(read(opened.file), records)
    using reader = openIndexReader(opened.file)
    while (reader.next() !== undefined);
    assert.deepEqual(reader.summary(), JSON.parse(JSON.stringify(summary)))
    assert.deepEqual(readIndexSummary(opened.file), reader.summary(), 'without going through the records')
  })

  it('gives only what comes before a damage, and no summary', () => {
    using opened = openFolder()
    const records = write(opened.file, 10_000)
    const bytes = readFileSync(opened.file)
    for (const at of [0, 20, 200_000, bytes.length - 10]) {
      const damaged = Buffer.from(bytes)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      writeFileSync(opened.file, damaged)
      const left = read(opened.file)
      assert.deepEqual(left, records.slice(0, left.length))
      using reader = openIndexReader(opened.file)
      while (reader.next() !== undefined);
      assert.equal(reader.summary(), undefined, `${at}`)
    }
    for (const length of [0, 5, 30, bytes.length - 1]) {
      writeFileSync(opened.file, bytes.subarray(0, length))
      assert.ok(read(opened.file).length < 10_000 || length === bytes.length - 1)
      assert.equal(readIndexSummary(opened.file), undefined, `${length}`)
    }
  })

  it('stays as it was until a new one is finished', () => {
    using opened = openFolder()
    const records = write(opened.file, 3)
    {
      using writer = openIndexWriter(opened.file)
      writer.add(record(9))
    }
    assert.deepEqual(read(opened.file), records)
    assert.deepEqual(readdirSync(opened.folder), ['index'])
  })
})
