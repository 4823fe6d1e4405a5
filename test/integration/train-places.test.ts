import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createWheel } from '../../src/compute/environment/scratch-wheel.ts'
import { promisify } from 'node:util'
import { createTestRepository, type TestRepository } from '../../src/git/test-repository.ts'
import { parseEngineFile } from '../../src/protocol/hello.ts'
import { openJupyter, type TestJupyter } from '../servers/jupyter.ts'
import { openSlurm, type SlurmServer, whyNoSlurm } from '../servers/slurm.ts'
import { openSshd, type SshServer, whyNoSshd } from '../servers/sshd.ts'
import { findTestPython } from '../servers/test-python.ts'
import { until } from '../contract/attempts.ts'
import { readTree } from '../contract/processes.ts'
import { parseObject } from './cli-workspace.ts'

/** Logs by the plain protocol, and reads a file beside the workspace that nobody has committed. */
const script = `
import json, os, sys, time, urllib.request
def post(path, body):
    headers = {'Content-Type': 'application/json', 'Authorization': 'Bearer ' + os.environ['MLFLOW_TRACKING_TOKEN']}
    url = os.environ['MLFLOW_TRACKING_URI'] + '/api/2.0/mlflow/' + path
    urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)).read()
for step in range(3):
    value = {'key': 'loss', 'value': 1 / (step + 1), 'timestamp': int(time.time() * 1000), 'step': step}
    post('runs/log-metric', {'run_id': os.environ['MLFLOW_RUN_ID'], **value})
try:
    import tiny_part
    print('tiny', tiny_part.value)
except ImportError:
    print('no tiny')
print(open('../config.txt').read().strip(), os.getcwd())
`

/** Logs and saves, and is killed in the middle when it is let; what is left is for another attempt. */
const savingScript = `${script.split('for step')[0]}
from runwright import checkpoint, resume, wait_for_uploads
last = resume()
print('begins at', 0 if last is None else last.step + 1, flush=True)
for step in range(0 if last is None else last.step + 1, 6):
    value = {'key': 'loss', 'value': 1 / (step + 1), 'timestamp': int(time.time() * 1000), 'step': step}
    post('runs/log-metric', {'run_id': os.environ['MLFLOW_RUN_ID'], **value})
    checkpoint({'step': step}, step)
    if last is None and step == 2:
        wait_for_uploads()
        while not os.path.exists(os.environ['GO']): time.sleep(0.05)
        os.kill(os.getpid(), 9)
`

/** Opens data that came to the target by other ways, and writes some. */
const dataScript = `
import os, runwright
os.makedirs('../data/images')
os.system('printf png > ../data/images/1.png')
open('../data/images/1.png').read()
open('../out.txt', 'w').write('out')
`

/** A `.dvc` file, for data whose hash has this one digit. */
const pointer = (name: string, digit: string) => `outs:\n- md5: '${digit.repeat(32)}'\n  hash: md5\n  path: ${name}\n`

interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

describe('a script is trained', { concurrency: false }, () => {
  let repository: TestRepository
  let scratch: string
  let sshd: SshServer | undefined
  let slurm: SlurmServer | undefined
  let jupyter: TestJupyter
  /** Variables of the shell; the engine was started by one that had none of them. */
  let shellEnv: Readonly<Record<string, string>> = {}
  // A sub-folder of the repository, whose name no shell must take apart.
  const workspace = () => path.join(repository.root, "it's app")

  async function cli(...args: string[]): Promise<Finished> {
    const main = path.join(import.meta.dirname, '../../src/cli/main.ts')
    const own = { HOME: scratch, XDG_RUNTIME_DIR: scratch, RUNWRIGHT_FAKE_GPUS: '2x24G', ...slurm?.env, ...shellEnv }
    const options = { cwd: workspace(), env: { ...process.env, ...own } }
    const dashes = args.indexOf('--')
    const words = args.toSpliced(dashes === -1 ? args.length : dashes, 0, '--workspace', workspace())
    return promisify(execFile)(process.execPath, [main, ...words], options).then(
      (said) => ({ code: 0, ...said }),
      // SAFETY: execFile rejects with what has come and the exit code.
      (error: Finished) => error,
    )
  }

  before(async () => {
    scratch = await mkdtemp(path.join(tmpdir(), 'rw-train-'))
    repository = await createTestRepository()
    await repository.write({ "it's app/train.py": script, "it's app/save.py": savingScript, 'config.txt': 'committed' })
    const [train, images] = [pointer('train.csv', '1'), pointer('images', '2')]
    await repository.write({ '.dvc/config': '', 'data/train.csv.dvc': train, 'data/images.dvc': images })
    await repository.write({ "it's app/read.py": dataScript })
    await repository.commit()
    await repository.write({ 'config.txt': 'changed' })
    const file = path.join(repository.root, 'wheels/tiny_part-1.0-py3-none-any.whl')
    await createWheel(file)
    await repository.write({ 'requirements.txt': '--no-index\n--find-links wheels\ntiny-part==1.0\n' })
    if (whyNoSshd === false) sshd = await openSshd()
    if (whyNoSlurm === false) slurm = await openSlurm()
    jupyter = await openJupyter(findTestPython(process.env))
    const targets = {
      lab: { kind: 'jupyter', url: jupyter.url, tokenFrom: 'LAB_TOKEN' },
      box: { kind: 'ssh', host: 'target', ...(sshd === undefined ? {} : { configFile: sshd.configFile }) },
      cluster: { kind: 'slurm', folder: path.join(scratch, 'cluster') },
      odd: { kind: 'moon' },
    }
    await writeFile(path.join(workspace(), 'runwright.yaml'), JSON.stringify({ targets }))
  })
  after(async () => {
    const text = await readFile(path.join(workspace(), '.runwright/engine.json'), 'utf8').catch(() => '{}')
    const pid = parseEngineFile(text)?.pid
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
    await sshd?.[Symbol.asyncDispose]()
    await slurm?.[Symbol.asyncDispose]()
    await jupyter[Symbol.asyncDispose]()
    await repository[Symbol.asyncDispose]()
    await rm(scratch, { recursive: true, force: true })
  })

  /** Its output, once its metrics have arrived and its code can be had back from its run. */
  async function train(name: string, ...words: string[]): Promise<{ output: string; stderr: string }> {
    const { code, stdout, stderr } = await cli('train', '-n', name, ...words, '--', 'python3', 'train.py')
    assert.equal(code, 0, stderr + stdout)
    const shown = await cli('runs', 'show', name)
    assert.match(shown.stdout, /loss +0\.333\d* \(step 2\)/)
    const folder = path.join(scratch, `restored ${name}`)
    const restored = await cli('restore-code', name, '--worktree', folder)
    assert.equal(restored.code, 0, restored.stderr)
    assert.equal(await readFile(path.join(folder, 'config.txt'), 'utf8'), 'changed')
    return { output: stdout, stderr }
  }

  it('in the workspace, on this machine', async () => {
    const { output } = await train('here')
    assert.equal(output, `no tiny\nchanged ${workspace()}\n`)
  })

  it('from a copy of its code, in the environment of its lock, on this machine', async () => {
    const { output } = await train('apart', '--isolated', '--gpus', '1')
    assert.match(output, /^runwright: builds the environment of requirements\.txt$/m)
    assert.match(output, /^tiny 42\nchanged .*\/\.runwright\/jobs\/[0-9a-f]{32}-1\/code\/it's app\n$/m)
  })

  it('on a machine behind ssh, in the environment of its lock', { skip: whyNoSshd }, async () => {
    const { output } = await train('far', '-t', 'box')
    assert.match(output, /^runwright: builds the environment of requirements\.txt$/m)
    assert.match(output, /^tiny 42\nchanged .*\/home\/\.runwright\/jobs\/[0-9a-f]{32}-1\/code\/it's app\n$/m)
    const again = await train('far-again', '-t', 'box')
    assert.match(again.output, /^tiny 42\nchanged /)
  })

  it('beside a Jupyter Server, in the environment of its lock, with a token that no file has', async () => {
    const locked = await cli('train', '-t', 'lab', '--', 'true')
    assert.match(locked.stderr, /token of "lab" is not known: LAB_TOKEN is not set/)
    shellEnv = { LAB_TOKEN: jupyter.token }
    const { output } = await train('beside', '-t', 'lab')
    assert.match(output, /^tiny 42\nchanged .*\/home\/\.runwright\/jobs\/[0-9a-f]{32}-1\/code\/it's app\n$/m)
    assert.equal((await readTree(repository.root)).includes(jupyter.token), false)
  })

  it('beside a Jupyter Server that dies meanwhile, is seen live, and goes on from its checkpoint after a kill', async () => {
    const go = path.join(scratch, 'go')
    const env = [`PYTHONPATH=${path.join(import.meta.dirname, '../../python')}`, `GO=${go}`]
    const words = ['-n', 'saved', '-t', 'lab', '--retries', '1', '--detach', ...env.flatMap((each) => ['--env', each])]
    const launched = await cli('train', ...words, '--', 'python3', 'save.py')
    assert.equal(launched.code, 0, launched.stderr)
    await until(async () => /loss +0\.333\d* \(step 2\)/.test((await cli('runs', 'show', 'saved')).stdout))
    assert.match((await cli('jobs', 'list', '--live')).stdout, /saved +running/)
    await jupyter.kill9()
    await jupyter.start()
    await writeFile(go, '')
    const { stdout } = await cli('jobs', 'logs', 'saved', '--follow')
    assert.match(stdout, /begins at 0\n[^]*begins at 3\n/)
    assert.match((await cli('runs', 'show', 'saved')).stdout, /FINISHED[^]*loss +0\.1666\d* \(step 5\)/)
    assert.match((await cli('jobs', 'show', 'saved')).stdout, /SIGKILL/)
  })

  it('on Slurm, in the environment of its lock', { skip: whyNoSlurm }, async () => {
    const { output } = await train('many', '-t', 'cluster', '--gpus', '1', '--memory', '1G')
    assert.match(output, /^tiny 42\nchanged .*\/cluster\/[0-9a-f]{32}-1\/code\/it's app\n$/m)
  })

  for (const [where, target, why] of [
    ['behind ssh', 'box', whyNoSshd],
    ['on Slurm', 'cluster', whyNoSlurm],
  ] as const) {
    it(`${where}, and its data is recorded: what its code names, and what it opens there`, { skip: why }, async () => {
      // Its code is what is there, committed or not.
      await repository.write({ 'data/train.csv.dvc': pointer('train.csv', target === 'box' ? '3' : '4') })
      const env = `PYTHONPATH=${path.join(import.meta.dirname, '../../python')}`
      const words = [
        '-n',
        `data ${target}`,
        '-t',
        target,
        '--memory',
        '1G',
        '--data',
        '../data/train.csv',
        '--env',
        env,
      ]
      const { code, stderr, stdout } = await cli('train', ...words, '--', 'python3', 'read.py')
      assert.equal(code, 0, stderr + stdout)
      const { run } = parseObject((await cli('runs', 'show', `data ${target}`, '--json')).stdout)
      const told = JSON.stringify(run)
      assert.match(told, new RegExp(`"data/train.csv","digest":"${target === 'box' ? '3' : '4'}{32}".*?"declared"`))
      assert.match(told, /"data\/images","digest":"2{32}".*?"opened"/)
      const lineage = await cli('lineage', `data ${target}`, '--up')
      assert.match(lineage.stdout, /read data\/train\.csv .*\(declared\)/)
      assert.match(lineage.stdout, /read data\/images .*\(opened\)/)
    })
  }

  it('nowhere else, and what is wrong with a target is said', async () => {
    const { stdout } = await cli('targets', '--json')
    const targets = JSON.stringify(parseObject(stdout)['targets'])
    assert.match(targets, /"name":"local","kind":"local"[^}]*"gpus":2/)
    assert.match(targets, /"name":"odd","kind":"moon"[^}]*"trouble":"[^}]*expected one of ssh, jupyter, slurm, command/)
    assert.match(targets, /"name":"lab","kind":"jupyter"[^}]*"cpus":\d/)
    const odd = await cli('train', '-t', 'odd', '--', 'true')
    assert.deepEqual([odd.code, /targets\.odd\.kind/.test(odd.stderr)], [2, true], odd.stderr)
    const many = await cli('train', '--gpus', '3', '--', 'true')
    assert.match(many.stderr, /asks for 3 GPUs/)
  })
})
