import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { fetchLfsFiles } from '../../src/lfs/fetch.ts'
import { openTestLfs, openTestServer } from '../../src/lfs/test-server.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'

describe('Git LFS by way of ssh', { skip: whyNoSshd }, () => {
  it('asks the ssh server where the objects are, and with what, and anew when that has had its time', async () => {
    await using sshd = await openSshd()
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(5000) }, "ssh://target/srv/it's a.git")
    await clone.repository.git('config', 'core.sshCommand', `ssh -F "${sshd.configFile}"`)
    await mkdir(join(sshd.home, 'bin'))
    const asked = join(sshd.home, 'asked')
    const answer = JSON.stringify({
      href: `${server.url}/lfs`,
      header: { Authorization: 'RemoteAuth x' },
      expires_in: 1,
    })
    await writeFile(
      join(sshd.home, 'bin', 'git-lfs-authenticate'),
      `#!/bin/sh\nprintf '%s|' "$@" >>'${asked}'\necho '${answer}'\n`,
      { mode: 0o755 },
    )
    await writeFile(join(sshd.home, '.bashrc'), 'PATH=$HOME/bin:$PATH\n')
    const options = { revision: undefined, paths: [], remote: undefined }
    const work = { signal: new AbortController().signal, progress: () => undefined }
    const { fetched } = await fetchLfsFiles(await clone.open(), options, clone.context, work)
    assert.equal(fetched.length, 1)
    const post = server.requests.find(({ line }) => line === 'POST /lfs/objects/batch')
    assert.equal(post?.headers.authorization, 'RemoteAuth x')
    assert.match(await readFile(asked, 'utf8'), /^(\/srv\/it's a\.git\|download\|){1,3}$/)
  })

  it('says what ssh said where it lets nobody in', async () => {
    await using sshd = await openSshd()
    await using server = await openTestServer()
    await using clone = await openTestLfs(server, { 'a.bin': randomBytes(50) }, 'ssh://target/srv/a.git')
    await clone.repository.git('config', 'core.sshCommand', `ssh -F "${sshd.configFile}"`)
    const options = { revision: undefined, paths: [], remote: undefined }
    const work = { signal: new AbortController().signal, progress: () => undefined }
    const fetching = clone.open().then((opened) => fetchLfsFiles(opened, options, clone.context, work))
    await assert.rejects(fetching, { code: 'UNAUTHENTICATED', message: /git-lfs-authenticate.*not found/ })
  })
})
