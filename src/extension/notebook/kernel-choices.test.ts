import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Kernel, type KernelStatus, parseKernelId } from '../../protocol/kernels.ts'
import { findBestEnvironment, groupChoices, isOffered, listLanguageIds, nameEnvironment } from './kernel-choices.ts'
import { newEnvironment } from './test-environment.ts'

const venv = newEnvironment({ name: '.venv', version: '3.12.3', isOfWorkspace: true })
const system = newEnvironment({ name: '/usr/bin/python3', kind: 'system', hasKernel: false })
const julia = newEnvironment({ name: 'Julia 1.11', kind: 'kernelspec', language: 'julia' })
const builtIn = newEnvironment({ name: 'JavaScript', kind: 'built-in', language: 'javascript', version: '24.1.0' })
const all = [venv, system, julia]

function newKernel(status: KernelStatus): Kernel {
  return {
    kernelId: parseKernelId('a'.repeat(32)) ?? assert.fail(),
    name: status,
    environment: venv,
    status,
    isSilent: false,
    startedAt: 0,
    workingDirectory: '/work',
    queuedCount: 0,
    lastSeq: 0,
  }
}

describe('the kernels to choose from', () => {
  it('are in groups, each in one, those that were used before first', () => {
    const groups = groupChoices(all, [newKernel('busy')], [julia.environmentId, 'gone', system.environmentId])
    const names = (choices: typeof groups.recent) =>
      choices.map((choice) => (choice.kind === 'kernel' ? choice.kernel.name : choice.environment.name))
    assert.deepEqual(names(groups.recent), ['Julia 1.11', '/usr/bin/python3'])
    assert.deepEqual(names(groups.running), ['busy'])
    assert.deepEqual(names(groups.environments), ['.venv'])
    assert.deepEqual(names(groups.kernelspecs), [])
  })

  it('have none among them that has ended', () => {
    assert.deepEqual(groupChoices(all, [newKernel('dead')], []).running, [])
  })
})

describe('the environment that a notebook gets when nobody chose', () => {
  it('is of its language and has a kernel; the one used last goes before the best', () => {
    const other = newEnvironment({ name: 'other' })
    assert.equal(findBestEnvironment([...all, other], 'python', []), venv)
    assert.equal(findBestEnvironment([...all, other], 'python', [julia.environmentId, other.environmentId]), other)
    assert.equal(findBestEnvironment(all, 'julia', [venv.environmentId]), julia)
    assert.equal(findBestEnvironment([...all, builtIn], 'typescript', []), builtIn)
    assert.equal(findBestEnvironment([system], 'python', [system.environmentId]), undefined)
  })

  it('is none of another machine, also where that was used last', () => {
    const far = newEnvironment({ name: 'far', kind: 'ssh' })
    assert.equal(findBestEnvironment([far], 'python', [far.environmentId]), undefined)
  })
})

it('an environment is named with its language and version, a kernelspec as it names itself', () => {
  assert.equal(nameEnvironment(venv), '.venv (Python 3.12.3)')
  assert.equal(nameEnvironment(system), '/usr/bin/python3 (Python)')
  assert.equal(nameEnvironment(julia), 'Julia 1.11')
  const pyenv = newEnvironment({ name: '3.10.13', kind: 'pyenv', version: '3.10' })
  assert.equal(nameEnvironment(pyenv), 'Python 3.10.13')
  assert.equal(nameEnvironment(builtIn), 'JavaScript (Node 24.1.0)')
})

it('an environment without a kernel is offered only where it is the workspace’s own', () => {
  const own = newEnvironment({ name: 'own', hasKernel: false, isOfWorkspace: true })
  assert.deepEqual([venv, system, julia, own].map(isOffered), [true, false, true, true])
})

it('languages have the names that VS Code gives them', () => {
  const of = (language: string) => listLanguageIds(newEnvironment({ name: 'any', language }))
  assert.deepEqual(['python', 'bash', 'c++'].map(of), [['python'], ['shellscript'], ['cpp']])
  assert.deepEqual(listLanguageIds(builtIn), ['javascript', 'typescript'])
})
