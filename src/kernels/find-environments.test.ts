import assert from 'node:assert/strict'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, it } from 'node:test'
import { findEnvironments, getEnvironment } from './find-environments.ts'

let root: string
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'runwright-environments-')))
  mkdirSync(join(root, 'workspace'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text = ''): void {
  const whole = join(root, path)
  mkdirSync(dirname(whole), { recursive: true })
  writeFileSync(whole, text)
}

/** A Python that says so where it is run: nothing here may run it. */
function makePython(prefix: string, { config, kernel = true }: { config?: string; kernel?: boolean } = {}): void {
  write(`${prefix}/bin/python3`, `#!/bin/sh\ntouch ${join(root, 'was-run')}\n`)
  chmodSync(join(root, prefix, 'bin/python3'), 0o755)
  if (config !== undefined) write(`${prefix}/pyvenv.cfg`, config)
  write(`${prefix}/lib/python3.12/site-packages/${kernel ? 'ipykernel/__init__.py' : 'x.py'}`)
}

function find(env: Readonly<Record<string, string>> = {}) {
  return findEnvironments(places(env))
}

function places(env: Readonly<Record<string, string>> = {}) {
  return { workspace: join(root, 'workspace'), home: join(root, 'home'), env }
}

/** `KIND NAME VERSION`, and `-` for one without a kernel. */
async function list(env: Readonly<Record<string, string>> = {}): Promise<string[]> {
  const own = (await find(env)).filter(
    ({ environment }) => !/^(kernelspec:py|built-in:)/.test(environment.environmentId),
  )
  return own.map(({ environment: { kind, name, version = '?', hasKernel } }) =>
    `${kind} ${name.replace(root, '')} ${version}${hasKernel ? '' : ' -'}`.trim(),
  )
}

describe('environments', () => {
  it('are those of the workspace first, then those that have a kernel, and none of them is run', async () => {
    makePython('workspace/.venv', { config: 'home = /usr/bin\nversion = 3.12.3\n' })
    makePython('workspace/other', { config: 'home = /x\nuv = 0.9.1\nversion_info = 3.13.1.final.0\n', kernel: false })
    makePython('workspace/src-without-config')
    makePython('home/miniconda3/envs/deep', { kernel: false })
    write('home/miniconda3/envs/deep/conda-meta/history')
    makePython('home/.pyenv/versions/3.11.7')
    makePython('system')
    assert.deepEqual(await list({ PATH: `${join(root, 'system/bin')}:/nowhere/bin` }), [
      'venv .venv 3.12.3',
      'uv other 3.13.1 -',
      'pyenv 3.11.7 3.12',
      'system /system/bin/python3 3.12',
      'conda deep 3.12 -',
    ])
    assert(!existsSync(join(root, 'was-run')))
  })

  it('are there once, by whatever names they are reached', async () => {
    makePython('workspace/.venv', { config: '' })
    symlinkSync(join(root, 'workspace/.venv'), join(root, 'workspace/alias'))
    const env = { VIRTUAL_ENV: join(root, 'workspace/.venv'), PATH: join(root, 'workspace/.venv/bin') }
    assert.equal((await list(env)).length, 1)
  })

  it('have the kernel of the Python that they are made on, where they take its packages', async () => {
    makePython('base')
    makePython('workspace/.venv', {
      config: `home = ${join(root, 'base/bin')}\ninclude-system-site-packages = true\n`,
      kernel: false,
    })
    makePython('workspace/alone', { config: `home = ${join(root, 'base/bin')}\n`, kernel: false })
    assert.deepEqual(await list(), ['venv .venv 3.12', 'venv alone 3.12 -'])
  })

  it('are kernelspecs of any language, and what is none is left out', async () => {
    const spec = {
      argv: ['ark', '-f', '{connection_file}'],
      display_name: 'R',
      language: 'R',
      env: { A: '1', B: 2 },
      interrupt_mode: 'message',
    }
    write('home/.local/share/jupyter/kernels/ir/kernel.json', JSON.stringify(spec))
    write('home/.local/share/jupyter/kernels/broken/kernel.json', '{"argv": [1]}')
    write('home/.local/share/jupyter/kernels/empty/kernel.json', '')
    const found = (await find()).filter(({ environment }) => environment.environmentId === 'kernelspec:ir')
    assert.deepEqual(
      found.map((each) => [each.environment.language, each.environment.name, each.argv, each.isInterruptedByMessage]),
      [['r', 'R', spec.argv, true]],
    )
    assert.deepEqual(found[0]?.env, { A: '1' })
    assert(!(await find()).some(({ environment }) => /broken|empty/.test(environment.environmentId)))
  })

  it('are at least the one that comes with Runwright, where there is nothing else', async () => {
    const found = (await find()).find(({ environment }) => environment.kind === 'built-in')?.environment
    const { environmentId, language, hasKernel } = found ?? {}
    assert.deepEqual([environmentId, language, hasKernel], ['built-in:javascript', 'javascript', true])
    await getEnvironment(places(), 'built-in:javascript')
  })

  it('put their programs first', async () => {
    makePython('workspace/.venv', { config: '' })
    const [found] = await find({ PATH: '/bin' })
    const prefix = join(root, 'workspace/.venv')
    assert.deepEqual(found?.env, { PATH: `${join(prefix, 'bin')}:/bin`, VIRTUAL_ENV: prefix })
  })

  it('are refused with what to do where there is none, or no kernel in it', async () => {
    makePython('workspace/.venv', { config: '', kernel: false })
    const python = join(root, 'workspace/.venv/bin/python3')
    await assert.rejects(getEnvironment(places(), `venv:${python}`), {
      code: 'INVALID_STATE',
      hint: `Install it: "${python}" -m pip install ipykernel`,
    })
    await assert.rejects(getEnvironment(places(), 'venv:/x'), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})
