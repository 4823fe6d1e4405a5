import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createFeatureFeed } from './feature-feed.ts'

describe('the feature sets of a workspace', () => {
  let parent: string
  before(async () => {
    parent = await mkdtemp(join(tmpdir(), 'runwright-feed-'))
    const files = { some: 'featureSets:\n  a:\n', broken: 'targets: 1\nfeatureSets: [', none: 'targets: []\n' }
    for (const [name, text] of Object.entries(files)) {
      await mkdir(join(parent, name))
      await writeFile(join(parent, name, 'runwright.yaml'), text)
    }
  })
  after(() => rm(parent, { recursive: true }))

  it('are asked for where a folder declares some, and told again only when they are others', async () => {
    const asked: string[] = []
    let changes = 0
    let versionCount = 0
    const feed = createFeatureFeed({
      listFolders: () => ['some', 'broken', 'none', 'empty'].map((name) => join(parent, name)),
      async readFeatureSets(folder) {
        asked.push(folder)
        if (folder.endsWith('broken')) throw new Error('line 2')
        return { featureSets: [{ name: 'a', entities: ['id'], versionCount }] }
      },
      changed: () => void changes++,
    })
    await feed.reload()
    assert.deepEqual(asked, [join(parent, 'some'), join(parent, 'broken')])
    assert.deepEqual(
      feed.list().map(({ name, featureSets, error }) => [name, featureSets.length, String(error)]),
      [
        ['some', 1, 'undefined'],
        ['broken', 0, 'Error: line 2'],
      ],
    )
    await feed.reload()
    assert.equal(changes, 1)
    versionCount = 1
    await feed.reload()
    assert.equal(changes, 2)
  })
})
