import assert from 'node:assert/strict'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { addRemote, listRemotes, modifyRemote, removeRemote, setDefaultRemote } from './remote-settings.ts'
import { createTestDataRepository } from './test-repository.ts'

const plain = { isDefault: false, isForced: false, place: 'shared' } as const

describe('settings of remotes', () => {
  it('are added, made the default, listed and removed', async () => {
    await using repository = await createTestDataRepository('[cache]\n    type = hardlink\n')
    const cwd = join(repository.root, 'sub')
    await addRemote(await repository.open(), { name: 'near', url: '../store', cwd }, { ...plain, isDefault: true })
    await addRemote(await repository.open(), { name: 'far', url: 's3://bucket/data', cwd }, plain)
    assert.equal(
      await repository.read('.dvc/config'),
      `[cache]\n    type = hardlink\n[core]\n    remote = near\n['remote "near"']\n    url = ../store\n['remote "far"']\n    url = s3://bucket/data\n`,
    )
    await setDefaultRemote(await repository.open(), 'far', 'shared')
    assert.deepEqual(listRemotes(await repository.open()), [
      { name: 'near', url: '../store', kind: 'folder', isDefault: false },
      { name: 'far', url: 's3://bucket/data', kind: 's3', isDefault: true },
    ])
    await removeRemote(await repository.open(), 'far')
    assert.equal(
      await repository.read('.dvc/config'),
      `[cache]\n    type = hardlink\n['remote "near"']\n    url = ../store\n`,
    )
  })

  it('have secrets where Git does not see them, and nowhere else', async () => {
    await using repository = await createTestDataRepository(`['remote "far"']\n    url = webdav://host/x\n`)
    const before = await repository.read('.dvc/config')
    const secret = { name: 'far', option: 'password', value: 'a b#c' }
    await assert.rejects(async () => modifyRemote(await repository.open(), secret, 'shared'), {
      code: 'INVALID_PARAMETER_VALUE',
      hint: /--local/,
    })
    const url = { name: 'x', url: 'webdav://ada:lovelace@host/x', cwd: repository.root }
    await assert.rejects(async () => addRemote(await repository.open(), url, plain), {
      code: 'INVALID_PARAMETER_VALUE',
    })
    assert.equal(await repository.read('.dvc/config'), before)
    await modifyRemote(await repository.open(), secret, 'local')
    const local = join(repository.root, '.dvc/config.local')
    assert.equal(await readFile(local, 'utf8'), `['remote "far"']\n    password = "a b#c"\n`)
    assert.equal((await stat(local)).mode & 0o777, 0o600)
    assert.equal((await repository.open()).config.get('remote "far"')?.get('password'), 'a b#c')
  })

  it('are refused where they mean nothing', async () => {
    await using repository = await createTestDataRepository()
    const add = async (name: string, url: string) =>
      addRemote(await repository.open(), { name, url, cwd: repository.root }, plain)
    await assert.rejects(() => add('a"]', '/x'), { code: 'INVALID_PARAMETER_VALUE' })
    await assert.rejects(() => add('a', 'gopher://x'), { code: 'INVALID_PARAMETER_VALUE', message: /no known kind/ })
    await add('a', '/x')
    await assert.rejects(() => add('a', '/y'), { code: 'RESOURCE_ALREADY_EXISTS' })
    await assert.rejects(async () => removeRemote(await repository.open(), 'b'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
