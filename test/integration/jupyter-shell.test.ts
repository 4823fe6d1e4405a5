import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { after, before, describe, it } from 'node:test'
import { openJupyterServer } from '../../src/jupyter/jupyter-server.ts'
import { type JupyterShell, openJupyterShell } from '../../src/compute/targets/jupyter-shell.ts'
import { until } from '../contract/attempts.ts'
import { shellContract } from '../contract/shell.ts'
import { findFreePorts } from '../servers/free-ports.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { openLineToCut } from '../servers/line-to-cut.ts'
import { findTestPython } from '../servers/test-python.ts'

describe('a shell by a kernel of a Jupyter Server', () => {
  let server: TestJupyter
  let shell: JupyterShell
  let port: number
  const open = (more: { url?: string; token?: string; kernel?: string; session?: string } = {}) => {
    const { url = server.url, token = server.token, kernel, session = 'runwright-test' } = more
    const at = openJupyterServer({ url: new URL(url), tokenFrom: 'LAB_TOKEN' }, () => token)
    return openJupyterShell(at, { session, kernel, port, connect: () => connect(1, '127.0.0.1') })
  }
  before(async () => {
    server = await openJupyter(findTestPython(process.env))
    ;[port = 0] = await findFreePorts(1)
    shell = open()
  })
  after(async () => {
    await shell[Symbol.asyncDispose]()
    await server[Symbol.asyncDispose]()
  })

  shellContract(() => shell)

  it('starts programs at home, with the Python of the kernel and none of its settings', async () => {
    const script = 'pwd; python3 -c "import sys, ipykernel; print(sys.prefix)"; env'
    const { stdout } = await shell.run(['sh', '-c', script])
    const [home, prefix, ...env] = stdout.toString().split('\n')
    assert.equal(home, server.home)
    assert.match(prefix ?? '', /\.venv$/)
    assert.deepEqual(
      env.filter((line) => /^(JPY_|MPLBACKEND|FORCE_COLOR|CLICOLOR)/.test(line)),
      [],
    )
  })

  it('tells a signal that ended a program', async () => {
    assert.equal((await shell.run(['sh', '-c', 'kill -KILL $$'])).code, 137)
  })

  it('ends with a program all that it has started, and what answers too much', async () => {
    const stdin = new Readable({ read() {} })
    stdin.push('part')
    const mark = '31415.9'
    const run = shell.run(['sh', '-c', `sleep ${mark} & cat >/dev/null; echo all >&2; wait`], { stdin })
    const count = async () => (await shell.run(['pgrep', '-fxc', `sleep ${mark}`])).stdout.toString().trim()
    await until(async () => (await count()) === '1')
    stdin.destroy(new Error('cut off'))
    await assert.rejects(run, { message: 'cut off' })
    await until(async () => (await count()) === '0')
    const much = shell.run(['head', '-c', '70000000', '/dev/zero'])
    await assert.rejects(much, { code: 'TEMPORARILY_UNAVAILABLE', message: /more than 64 MiB/ })
  })

  it('uses one kernel again and again, another one after its end, and lets go of it when nobody is connected', async () => {
    const parent = async (own = shell) => (await own.run(['sh', '-c', 'echo $PPID'])).stdout.toString()
    const first = await parent()
    assert.equal(await parent(), first)
    const other = open()
    assert.equal(await parent(other), first)
    await other[Symbol.asyncDispose]()
    assert.equal(await parent(), first)
    assert.equal((await server.kernels()).length, 1)

    process.kill(Number(first), 'SIGKILL')
    await until(() =>
      parent().then(
        (pid) => pid !== first,
        () => false,
      ),
    )
    assert.equal((await server.kernels()).length, 1)
    await shell[Symbol.asyncDispose]()
    assert.deepEqual(await server.kernels(), [])
    assert.equal((await shell.run(['true'])).code, 0)
  })

  it('comes back after its connection was cut, has gone silent, or its server was killed', async () => {
    const code = 'TEMPORARILY_UNAVAILABLE'
    await using line = await openLineToCut(Number(new URL(server.url).port))
    await using own = open({ url: `http://127.0.0.1:${line.port}/base/`, session: 'runwright-cut' })
    assert.equal((await own.run(['true'])).code, 0)
    const waiting = own.run(['sleep', '30'])
    await Promise.all([assert.rejects(waiting, { code, message: /broke/ }), line.cut()])
    assert.equal((await own.run(['true'])).code, 0)

    // Half of an input is no input.
    const stdin = new Readable({ read() {} })
    stdin.push('half')
    const file = `${server.home}/whole`
    const half = own.run(['sh', '-c', `head -c 4; cat - ${server.home}/../none; touch '${file}'`], { stdin })
    await until(async () => (await own.run(['pgrep', '-fx', `cat - ${server.home}/../none`])).code === 0)
    await Promise.all([assert.rejects(half, { code, message: /broke/ }), line.cut()])
    await until(async () => (await own.run(['pgrep', '-fx', `cat - ${server.home}/../none`])).code === 1)
    assert.equal((await own.run(['test', '-e', file])).code, 1)
    assert.equal(stdin.destroyed, true)

    const silent = own.run(['sleep', '60'], { timeoutMs: 60_000 })
    line.freeze()
    await assert.rejects(silent, { code, message: /broke/ })
    line.cut()
    assert.equal((await own.run(['true'])).code, 0)

    await server.kill9()
    await assert.rejects(own.run(['true']), { code })
    await server.start()
    assert.equal((await own.run(['true'])).code, 0)
  })

  it('tells what to do about a wrong token, address or kernel, and shows no token', async () => {
    await using page = createServer((_, response) => response.end('<html>')).listen(0, '127.0.0.1')
    await once(page, 'listening')
    const address = page.address()
    assert(address !== null && typeof address === 'object')
    const wrong = '5ecret5ecret'
    const attempts: [Parameters<typeof open>[0], code: string, message: RegExp, hint: RegExp][] = [
      [{ token: wrong }, 'INVALID_STATE', /does not accept the token in LAB_TOKEN/, /Set LAB_TOKEN/],
      [{ url: `${server.url}lab/` }, 'INVALID_STATE', /answers 404/, /without \/lab/],
      [{ url: `http://127.0.0.1:${address.port}/` }, 'INVALID_STATE', /answers with a page/, /without \/lab/],
      [{ url: 'http://127.0.0.1:1/' }, 'TEMPORARILY_UNAVAILABLE', /cannot be reached/, /Server runs/],
      [{ url: 'http://nowhere.invalid/' }, 'TEMPORARILY_UNAVAILABLE', /no address/, /runwright\.yaml/],
      [{ url: `https://127.0.0.1:${address.port}/` }, 'TEMPORARILY_UNAVAILABLE', /not answer as a web/, /https/],
      [{ kernel: 'moon', session: 'moon' }, 'INVALID_STATE', /Python kernel "moon"/, /It has: python3/],
    ]
    for (const [options, code, message, hint] of attempts) {
      await using other = open(options)
      const failure: unknown = await other.run(['true']).catch((error: unknown) => error)
      assert(failure instanceof Error)
      assert.deepEqual({ ...failure, message: failure.message }, { ...failure, code, message: failure.message })
      assert.match(failure.message, message)
      assert('hint' in failure && hint.test(String(failure.hint)), failure.message)
      assert.equal(/5ecret/.test(JSON.stringify([failure.message, failure.stack, String(failure.cause)])), false)
    }
  })
})
