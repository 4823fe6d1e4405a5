import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type RunData, toDatasetInput } from '../../src/protocol/data-versions.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { findTestPython } from '../../test/servers/test-python.ts'
import { openTestWorkspace, type TestWorkspace } from '../../test/vscode/workspace.ts'
import { rootFolder, sampleFolder } from '../start/cli.ts'

/** A copy of the sample workspace with real runs in it: finished, failed, and one that goes on. */
export interface PicturedWorkspace extends AsyncDisposable {
  readonly folder: string
  /** The finished run that the pictures look into. */
  readonly finishedRun: string
  /** The job that goes on. */
  readonly runningJob: string
}

/** A workspace in which no job runs yet. */
export interface Preparation {
  readonly folder: string
  readonly workspace: TestWorkspace
  /** Runs the command line in it. @throws {Error} when it ends with another code than 0 */
  runwright(...words: readonly string[]): Promise<void>
}

const finishedRun = 'hidden 64'
const runningJob = 'wide net'

/**
 * Trains all that the pictures show, which takes half a minute.
 *
 * @param prepare makes more of it
 */
export async function openPicturedWorkspace(
  prepare: (preparation: Preparation) => Promise<void>,
): Promise<PicturedWorkspace> {
  await using resources = new AsyncDisposableStack()
  const parent = await mkdtemp(join(tmpdir(), 'runwright-pictures-'))
  resources.defer(() => rm(parent, { recursive: true, force: true, maxRetries: 5 }))
  const folder = join(parent, 'digits')
  await copySample(folder)
  const workspace = resources.use(await openTestWorkspace(folder))

  const programs = join(parent, 'bin')
  await mkdir(programs)
  await copyFile(process.execPath, join(programs, 'node'))
  const env = { ...process.env, PATH: [programs, dirname(findTestPython(process.env)), process.env['PATH']].join(':') }
  const cli = join(rootFolder, 'dist/cli.js')
  const train = (experiment: string, name: string, ...command: readonly string[]) =>
    spawn(process.execPath, [cli, 'run', '--experiment', experiment, '--name', name, '--', ...command], {
      cwd: folder,
      stdio: 'ignore',
      env,
    })
  const net = (name: string, ...args: readonly string[]) => train('digits', name, 'node', 'train.ts', ...args)

  await ended(net('hidden 16', '--hidden', '16'))
  await ended(net('hidden 32', '--hidden', '32', '--learning-rate', '0.01'))
  await ended(net(finishedRun, '--hidden', '64', '--learning-rate', '0.003'))
  await ended(net('hidden many', '--hidden', 'many'))
  const running = net('long training', '--hidden', '64', '--learning-rate', '0.0003', '--epochs', '20000')
  resources.defer(async () => {
    running.kill('SIGTERM')
    await ended(running)
  })
  for (const cost of ['1', '10']) await ended(train('digits-svm', `C ${cost}`, 'python', 'train.py', '--C', cost))
  await prepare({
    folder,
    workspace,
    runwright: async (...words) =>
      void (await promisify(execFile)(process.execPath, [cli, ...words], { cwd: folder, env })),
  })
  await launchJobs(workspace, async (name, resources, ...args) => {
    const words = [
      'train',
      '--detach',
      '--experiment',
      'digits-jobs',
      '--name',
      name,
      ...resources,
      '--',
      'node',
      'train.ts',
    ]
    await ended(spawn(process.execPath, [cli, ...words, ...args], { cwd: folder, stdio: 'ignore', env }))
  })
  resources.defer(() => cancelJobs(workspace))
  await logReviews(workspace)
  await logWeather(workspace)
  await nameUser(workspace)

  const opened = resources.move()
  return {
    folder,
    finishedRun,
    runningJob,
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  }
}

/** As a user has it: a repository with a commit, and a change that is not committed. */
async function copySample(folder: string): Promise<void> {
  await cp(sampleFolder, folder, {
    recursive: true,
    filter: (path) => !['node_modules', '.runwright'].includes(basename(path)),
  })
  await symlink(join(sampleFolder, 'node_modules'), join(folder, 'node_modules'), 'dir')
  await writeFile(join(folder, '.gitignore'), 'node_modules\n')
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: folder })
  await git('init', '--quiet', '--initial-branch', 'main')
  await git('add', '.')
  await git('commit', '--quiet', '--message', 'Read digits')
  await appendFile(join(folder, 'model.ts'), '\n// Try two hidden layers next.\n')
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** One that has finished, one that failed, one that goes on and two that wait for the CPUs it has. */
async function launchJobs(
  { client }: TestWorkspace,
  launch: (name: string, resources: readonly string[], ...args: readonly string[]) => Promise<void>,
): Promise<void> {
  await launch('narrow net', [], '--hidden', '8')
  await launch('net of many', [], '--hidden', 'many')
  for await (const { event } of client.events(AbortSignal.timeout(60_000))) {
    if (event.kind !== 'reset' && event.kind !== 'job-changed') continue
    if ((await client.call('jobs/list', { isLive: true })).total === 0) break
  }
  const all = ['--cpus', String(availableParallelism())]
  await launch(runningJob, all, '--hidden', '64', '--learning-rate', '0.0003', '--epochs', '20000')
  await launch('deep net', ['--cpus', '1', '--time', '2h'], '--hidden', '32')
  await launch('large net', all, '--hidden', '48')
}

async function cancelJobs({ client }: TestWorkspace): Promise<void> {
  const { jobs } = await client.call('jobs/list', { isLive: true })
  for (const { jobId } of jobs) await client.call('jobs/cancel', { jobId })
}

/** Metrics named as many trainers name them, by phase. */
async function logReviews({ logRun }: TestWorkspace): Promise<void> {
  const metrics = {
    'train/loss': [0.69, 0.41, 0.33, 0.28],
    'eval/loss': [0.52, 0.39, 0.36],
    'eval/f1': [0.79, 0.86, 0.89],
  }
  await logRun('reviews', { name: 'distilbert', params: { learning_rate: 5e-5 }, metrics })
  await logRun('reviews', { name: 'bert-base', params: { learning_rate: 3e-5 }, metrics, status: 'RUNNING' })
}

/** Two models of the same data, as a lineage shows them: what prepared it, what read it, what was registered. */
async function logWeather({ client, logRun }: TestWorkspace): Promise<void> {
  const version = (path: string, digit: string) => ({ path, md5: digit.repeat(32) })
  const log = async (name: string, data: readonly RunData[], artifacts = {}) => {
    const runId = await logRun('weather', { name, artifacts })
    await client.call('runs/log-inputs', { runId, datasets: data.map(toDatasetInput) })
    return runId
  }
  const [raw, stations] = [version('data/raw', '1'), version('data/stations.csv', '2')]
  const [readings, test] = [version('data/readings.csv', '3'), version('data/test.csv', '4')]
  await log('prepare', [
    { version: raw, context: 'input', found: 'declared' },
    { version: stations, context: 'input', found: 'opened' },
    { version: readings, context: 'output', found: 'declared' },
    { version: test, context: 'output', found: 'declared' },
  ])
  const model = { 'model/MLmodel': 'flavors:\n  python_function:\n    loader_module: mlflow.sklearn\n' }
  const read = { version: readings, context: 'training', found: 'opened' } as const
  const judged = { version: test, context: 'evaluation', found: 'opened' } as const
  for (const name of ['train forest', 'train net']) {
    const runId = await log(name, [read, judged], model)
    await client.call('models/register', {
      runId,
      name: 'weather',
      ...(name === 'train net' ? { alias: 'champion' } : {}),
    })
  }
}

/** Whoever takes the pictures is nobody's business. */
async function nameUser({ client, mlflow }: TestWorkspace): Promise<void> {
  const { experiment } = await client.call('experiments/ensure', { name: 'digits' })
  const { runs } = await client.call('runs/list', { experimentIds: [experiment.experimentId] })
  for (const { runId } of runs) await mlflow('runs/set-tag', { run_id: runId, key: tagNames.user, value: 'ada' })
}
