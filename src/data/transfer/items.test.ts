import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { describe, it } from 'node:test'
import { parseMd5, parseSha256 } from '../hash.ts'
import { createTestDataRepository } from '../test-repository.ts'
import { collectShares, listFolderObjects } from './items.ts'

/** More than a call takes arguments. */
const count = 200_000

describe('what is chosen to be moved', () => {
  it('may be more versions than a call takes arguments', async () => {
    await using repository = await createTestDataRepository(
      '[core]\n    remote = store\n[\'remote "store"\']\n    url = /store\n',
    )
    const md5 = (index: number) => parseMd5(hash('md5', `${index}`)) ?? assert.fail()
    const sha256 = (index: number) => parseSha256(hash('sha256', `${index}`)) ?? assert.fail()
    const data = Array.from({ length: count }, (_, index) => md5(index))
    const manifests = Array.from({ length: count }, (_, index) => sha256(index))
    const choice = { paths: undefined, remote: undefined, others: { data, manifests }, env: process.env }
    const [share] = await collectShares(await repository.open(), choice)
    assert.ok(share !== undefined)
    assert.equal(share.items.length, count)
    assert.equal(listFolderObjects(share).manifests.length, count)
  })
})
