import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { createTestDataRepository, type TestDataRepository, writeOddFolder } from '../../src/data/test-repository.ts'
import { davUser, openS3Server, openWebdavServer, s3Keys, whyNoStores } from '../servers/object-stores.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import { runDvc } from './real-dvc.ts'
import { runCli } from './run-cli.ts'

/** The settings of two remotes of one kind: `ours` is pushed to by Runwright, `theirs` by DVC. */
interface Place extends AsyncDisposable {
  readonly settings: Readonly<Record<string, string>>
  readonly url: string
}

const places: Readonly<Record<string, { readonly open: () => Promise<Place>; readonly whyNot: string | false }>> = {
  folder: {
    open: () => Promise.resolve({ url: '..', settings: {}, async [Symbol.asyncDispose]() {} }),
    whyNot: false,
  },
  s3: {
    async open() {
      const server = await openS3Server()
      return {
        url: `s3://${s3Keys.bucket}/data`,
        settings: {
          endpointurl: `http://127.0.0.1:${server.port}`,
          access_key_id: s3Keys.id,
          secret_access_key: s3Keys.secret,
        },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
    whyNot: whyNoStores,
  },
  ssh: {
    async open() {
      const server = await openSshd()
      const port = await readFile(join(server.folder, 'port'), 'utf8')
      process.env['RUNWRIGHT_SSH_CONFIG'] = server.configFile
      return {
        url: `ssh://${userInfo().username}@127.0.0.1:${port.trim()}${server.home}`,
        settings: { keyfile: join(server.folder, 'client') },
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
    whyNot: whyNoSshd,
  },
  webdav: {
    async open() {
      const server = await openWebdavServer()
      // DVC makes folders below that of the remote, and not that one.
      await mkdir(join(server.folder, 'shared/theirs'))
      return {
        url: `webdav://127.0.0.1:${server.port}`,
        settings: davUser,
        [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
      }
    },
    whyNot: whyNoStores,
  },
}

/** Names of files and what is in them; DVC has files in place of links. */
function readTree(root: string): string {
  const words = ['-L', 'data', 'model.bin', '-path', 'data/linked folder', '-prune', '-o', '-type', 'f']
  const list = execFileSync('find', [...words, '-exec', 'md5sum', '{}', '+'], { cwd: root }).toString()
  return list.split('\n').toSorted().join('\n')
}

async function createRepository({ url, settings }: Place): Promise<TestDataRepository> {
  const lines = Object.entries(settings).map(([key, value]) => `    ${key} = ${value}\n`)
  const remote = (name: string) => `['remote "${name}"']\n    url = ${url}/${name}\n${lines.join('')}`
  const repository = await createTestDataRepository(remote('ours') + remote('theirs'))
  await writeOddFolder(join(repository.root, 'data'))
  await writeFile(join(repository.root, 'data/large'), Buffer.alloc(3_000_000, 'runwright'))
  await repository.write({ 'model.bin': 'weights' })
  await repository.add('data', 'model.bin')
  return repository
}

/** As after a fresh clone. */
async function forget({ root }: TestDataRepository): Promise<void> {
  for (const path of ['.dvc/cache', '.dvc/tmp', 'data', 'model.bin']) {
    await rm(join(root, path), { recursive: true, force: true })
  }
}

for (const [kind, { open, whyNot }] of Object.entries(places)) {
  describe(`DVC and Runwright on one remote: ${kind}`, { skip: whyNot }, () => {
    it('pull what the other has pushed, to the same files', async () => {
      await using place = await open()
      await using repository = await createRepository(place)
      const { root } = repository
      const before = readTree(root)
      const pushed = await runCli(root, 'data', 'push', '-r', 'ours')
      assert.equal(pushed.exitCode, 0, pushed.stderr)
      await runDvc(root, 'push', '--quiet', '--remote', 'theirs')

      await forget(repository)
      await runDvc(root, 'pull', '--quiet', '--remote', 'ours')
      assert.equal(readTree(root), before)
      assert.match(await runDvc(root, 'status'), /up to date/)

      await forget(repository)
      const pulled = await runCli(root, 'data', 'pull', '-r', 'theirs')
      assert.equal(pulled.exitCode, 0, pulled.stderr)
      assert.equal(readTree(root), before)
      assert.match(await runDvc(root, 'status', '--cloud', '--remote', 'ours'), /in sync/)
    })
  })
}
