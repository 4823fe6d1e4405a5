import assert from 'node:assert/strict'
import { stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { it } from 'node:test'
import { createTestRepository } from '../git/test-repository.ts'
import { findLfsPaths } from '../git/lfs-paths.ts'
import { toGitPath } from '../git/git-path.ts'
import { writeAttributes } from './attributes.ts'
import { openLfsRepository } from './repository.ts'

it('a line of attributes means its file and no other, whatever the name', async () => {
  const names = [
    'plain.bin',
    'a b/c  d.bin',
    'أ ب.bin',
    '"quoted".bin',
    '[x]*?.bin',
    '#c',
    '!n',
    'back\\slash',
    ' lead',
    'tab\tx',
  ]
  const others = ['sub/plain.bin', 'x.bin', 'x1.bin', 'quoted.bin', 'c', 'n', 'lead', '[x]9z.bin']
  await using repository = await createTestRepository()
  await repository.write({ '.gitattributes': '*.txt text' })
  const opened = await openLfsRepository(repository.root, process.env)
  await writeAttributes(opened, names.map(toGitPath))
  const found = await findLfsPaths(opened.root, opened.env, [...names, ...others].map(toGitPath))
  assert.deepEqual([...found].toSorted(), names.map(toGitPath).toSorted())
  await assert.rejects(writeAttributes(opened, ['a\nb']), { code: 'INVALID_PARAMETER_VALUE' })
})

it('attributes of 10 GB are refused, and stay as they are', async () => {
  await using repository = await createTestRepository()
  const opened = await openLfsRepository(repository.root, process.env)
  await repository.write({ '.gitattributes': '*.txt text' })
  const file = join(repository.root, '.gitattributes')
  await truncate(file, 10 * 2 ** 30)
  await assert.rejects(writeAttributes(opened, [toGitPath('a')]), {
    code: 'INVALID_PARAMETER_VALUE',
    message: /\.gitattributes has 10737418240 bytes/,
  })
  assert.equal((await stat(file)).size, 10 * 2 ** 30)
})
