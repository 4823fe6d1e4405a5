import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { openSshShell } from '../../src/ssh/ssh-shell.ts'
import type { SshHost } from '../../src/ssh/ssh-host.ts'
import type { SshShell } from '../../src/ssh/ssh-shell.ts'
import { shellContract } from '../contract/shell.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import type { SshServer } from '../servers/sshd.ts'

describe('a shell over ssh', { skip: whyNoSshd }, () => {
  let server: SshServer
  let shell: SshShell
  const open = (host: Partial<SshHost> = {}) =>
    openSshShell(
      { host: 'target', configFile: server.configFile, ...host },
      { ...process.env, XDG_RUNTIME_DIR: server.folder },
    )
  before(async () => {
    server = await openSshd()
    shell = await open()
  })
  after(async () => {
    await shell[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  shellContract(() => shell)

  it('opens its connection once for many calls, and again after it was killed', async () => {
    const login = async () => (await shell.run(['sh', '-c', 'echo $SSH_CONNECTION'])).stdout.toString()
    const first = await login()
    assert.equal(await login(), first)

    const master = execFileSync('pgrep', ['-f', `^ssh: ${server.folder}.*\\[mux\\]`], { encoding: 'utf8' })
    process.kill(Number(master), 'SIGKILL')
    assert.notEqual(await login(), first)
  })

  it('says that a stopped server may come back', async () => {
    await server.kill9()
    await assert.rejects(shell.run(['true']), { code: 'TEMPORARILY_UNAVAILABLE' })
    await server.start()
    assert.equal((await shell.run(['true'])).code, 0)
  })

  it('tells what to do about a host key that is unknown or has changed, a wrong user, and no route', async () => {
    const changed = join(server.folder, 'changed_hosts')
    const key = await readFile(join(server.folder, 'stranger.pub'), 'utf8')
    const known = await readFile(join(server.folder, 'known_hosts'), 'utf8')
    await writeFile(changed, `${known.split(' ')[0]} ${key}`)
    const attempts: [options: Record<string, string>, code: string, message: RegExp, hint: RegExp][] = [
      [{ UserKnownHostsFile: '/dev/null' }, 'INVALID_STATE', /^The host key of target is not known/, /`ssh target`/],
      [{ UserKnownHostsFile: changed }, 'INVALID_STATE', /another host key/, /ssh-keygen -R target/],
      [{ User: 'nobody' }, 'INVALID_STATE', /does not let this user in/, /ssh-add/],
      [{ Port: '1' }, 'TEMPORARILY_UNAVAILABLE', /cannot be reached/, /is up/],
      [{ HostName: 'nowhere.invalid' }, 'TEMPORARILY_UNAVAILABLE', /no address/, /spelling/],
    ]
    for (const [options, code, message, hint] of attempts) {
      await using other = await open({ options })
      await assert.rejects(other.run(['true']), { code, message, hint })
    }
  })

  it('takes no option for a host', async () => {
    for (const host of ['-oProxyCommand=touch x', 'a b', '', 'a\nb']) {
      await assert.rejects(open({ host }), { code: 'INVALID_PARAMETER_VALUE' })
    }
    await assert.rejects(open({ options: { 'Port 1': 'x' } }), { code: 'INVALID_PARAMETER_VALUE' })
  })
})
