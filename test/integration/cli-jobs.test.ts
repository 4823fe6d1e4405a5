import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { connectEngine } from '../../src/client/connect.ts'
import { isRecord } from '../../src/protocol/json.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

let workspace: CliWorkspace
before(async () => {
  workspace = await openCliWorkspace()
  const engineCommand = { file: process.execPath, args: [path.join(import.meta.dirname, 'scratch-engine.ts')] }
  const client = await connectEngine({ workspace: workspace.folder, engineCommand, version: packageJson.version })
  await client[Symbol.asyncDispose]()
})
after(() => workspace[Symbol.asyncDispose]())

const cli = (...args: string[]) => workspace.run(...args)
const json = (...args: string[]) => workspace.json(...args)

function recordsOf(value: unknown): Record<string, unknown>[] {
  assert.ok(Array.isArray(value))
  return value.filter(isRecord)
}

describe('jobs on the command line', { concurrency: false }, () => {
  it('train follows a job, prints what it prints and exits as it does', async () => {
    const { exitCode, stdout, stderr } = await cli(
      'train',
      '-p',
      'lr=0.5',
      '-n',
      'first',
      '--',
      'sh',
      '-c',
      'echo lr {lr}; exit 3',
    )
    assert.equal(exitCode, 3, stderr)
    assert.equal(stdout, 'lr 0.5\n')
    assert.match(stderr, /^runwright: job first \([0-9a-f]{32}\); Ctrl\+C leaves it running\n/)
    assert.match(stderr, /runwright: first failed: exit code 3\n$/)
    const shown = await cli('jobs', 'show', 'first')
    assert.match(shown.stdout, /^Status {4}failed: exit code 3$/m)
    assert.match(shown.stdout, /^Params {4}lr=0\.5$/m)
    assert.equal((await cli('jobs', 'logs', 'first')).stdout, 'lr 0.5\n')
    const { job, output, isComplete } = await json('jobs', 'logs', 'first')
    assert.deepEqual([isRecord(job) && job['name'], output, isComplete], ['first', 'lr 0.5\n', true])
  })

  it('a file alone chooses its interpreter', async () => {
    await workspace.write('train.ts', 'console.log(process.env.RUNWRIGHT_PARAMS)\n')
    const { exitCode, stdout } = await cli('train', '--quiet', '-p', 'a=b', '--', 'train.ts')
    assert.deepEqual([exitCode, stdout], [0, '{"a":"b"}\n'])
  })

  it('a sweep launches a job for each combination, in one group of runs', async () => {
    const launched = await json('train', '--grid', 'lr=1,2', '--grid', 'k=a,b', '-n', 'sweep', '--', 'echo', '{lr}{k}')
    const jobs = recordsOf(launched['jobs'])
    assert.deepEqual(
      jobs.map(({ name }) => name),
      ['sweep-1', 'sweep-2', 'sweep-3', 'sweep-4'],
    )
    const logs = await Promise.all(jobs.map(({ jobId }) => cli('jobs', 'logs', String(jobId), '--follow')))
    assert.deepEqual(
      logs.map(({ stdout }) => stdout),
      ['1a\n', '1b\n', '2a\n', '2b\n'],
    )
    const { experiments } = await json('runs', 'list', '--filter', "tags.`runwright.sweep` != ''")
    assert.equal(recordsOf(recordsOf(experiments)[0]?.['runs']).length, 4)
  })

  it('jobs are listed, promoted, cancelled and tried again', async () => {
    const launch = async (name: string) => {
      const { jobs } = await json('train', '--detach', '-n', name, '--gpus', '2', '--', 'sh', '-c', 'sleep 30')
      return String(recordsOf(jobs)[0]?.['jobId'])
    }
    const [one, two] = [await launch('one'), await launch('two')]
    const list = await cli('jobs', 'list', '--live')
    assert.match(list.stdout, new RegExp(`^${two.slice(0, 8)}  two .*queued .*waits for 2 GPUs; 0 free$`, 'm'))
    assert.match((await cli('targets')).stdout, /^local +scratch +2 +2 +1 +1$/m)
    assert.equal((await cli('jobs', 'promote', two.slice(0, 6))).exitCode, 0)
    assert.equal((await cli('jobs', 'promote', one)).exitCode, 1)
    const cancelled = await cli('jobs', 'cancel', two, 'one', '--wait')
    assert.match(cancelled.stdout, /^Job two .* is cancelled\.\nJob one .* is cancelled\.\n$/)
    assert.match((await cli('jobs', 'retry', 'two')).stdout, /is queued again/)
    await cli('jobs', 'cancel', 'two', '--wait')
    assert.equal((await cli('jobs', 'list', '--live')).stdout, 'No jobs. "runwright train -- COMMAND" launches one.\n')
  })

  it('profiles and secrets come from where they are kept', async () => {
    const profiles = {
      big: { command: ['sh', '-c', 'echo $TOKEN $MODE {lr}'], gpus: 1, params: { lr: 1 }, secrets: ['TOKEN'] },
    }
    await workspace.write('runwright.yaml', JSON.stringify({ profiles }))
    const withSecret = (...words: string[]) =>
      workspace.start(['train', '--quiet', ...words], { TOKEN: 'hush' }).finished
    const { exitCode, stdout, stderr } = await withSecret('--profile', 'big', '--env', 'MODE=fast', '-p', 'lr=2')
    assert.deepEqual([exitCode, stdout], [0, 'hush fast 2\n'], stderr)
    const missing = await cli('train', '--profile', 'big')
    assert.deepEqual([missing.exitCode, missing.stderr.split('\n')[0]], [2, 'The secret TOKEN is not set.'])
    const unknown = await cli('train', '--profile', 'huge')
    assert.deepEqual(
      [unknown.exitCode, unknown.stderr],
      [3, 'There is no profile "huge" in runwright.yaml.\n  There are: big.\n'],
    )
    const store = await readFile(path.join(workspace.folder, '.runwright', 'store.db-wal'))
    assert.ok(store.includes('TOKEN') && !store.includes('hush'))
  })

  it('what cannot work is refused before anything is there', async () => {
    const total = async () => (await json('jobs', 'list'))['total']
    const before = await total()
    const refused = async (code: number, message: RegExp, ...args: string[]) => {
      const { exitCode, stderr } = await cli('train', ...args)
      assert.match(stderr, message)
      assert.equal(exitCode, code, stderr)
    }
    await refused(3, /There is no target "moon"/, '-t', 'moon', '--', 'true')
    await refused(2, /asks for 3 GPUs; "scratch" has 2/, '--gpus', '3', '--', 'true')
    await refused(2, /--gpu-memory 24X is none; 24G would be one/, '--gpu-memory', '24X', '--', 'true')
    await refused(2, /--priority 1000 is not a whole number/, '--priority', '1000', '--', 'true')
    await refused(2, /--follow is for a single job/, '--follow', '--repeat', '2', '--', 'true')
    await refused(2, /COMMAND… is missing/)
    assert.equal(await total(), before)
  })
})
