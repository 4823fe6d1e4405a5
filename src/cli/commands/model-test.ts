import { basename, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { splitCommandLine } from '../../base/command-line.ts'
import type { RunSetting } from '../../compress/measure-models.ts'
import { type ModelTestReport, type Task, tasks } from '../../compress/model-test-report.ts'
import { parseTime } from '../../protocol/quantities.ts'
import type { CliContext } from '../context.ts'
import { defineCliCommand, exitCodes, usageError } from '../command.ts'
import { parseCount } from '../parse-count.ts'
import { sampleReaders } from '../sample-readers.ts'
import { formatTable } from '../table.ts'
import { printable, toJson } from '../text.ts'

const name = 'model test'

export default defineCliCommand({
  name,
  summary: 'Holds an ONNX model to the one that it was made of: answers, speed, memory, what is wrong.',
  details: `DATA is a .npz file with an array for each input and “labels”, or a CSV, TSV or Parquet file with a column of
labels; without labels the original's own answers are what is right. For a detection labels are boxes, for pairs there are
“pairs” and “scores”. A script says itself how right a model is: it runs once for each, reads a line of JSON for each sample
or the files in RUNWRIGHT_MODEL and RUNWRIGHT_DATA, and prints {"score": 0.93} or {"scores": […]} in the end.
A gate is a bound: accuracy-drop<=1%, agreement>=99%, p99<=20ms, size<=10MB, speedup>=1x. Others: error-increase, map-drop,
correlation-drop, score-drop, robust-agreement, similarity, max-error, mean-error, p50, p95, start-up, throughput, memory,
float-nodes. A target is edge-box, office-server, cloud-instance or this-machine, with settings behind
it: edge-box,threads=1,memory=512MiB,batch=4,p99=20ms. It exits with 0 when all checks and
gates hold, with 1 when one does not, and with 2, 3 or 130 when nothing could be tested: wrong words, labels or
scripts, no such file, cancelled.`,
  example: 'runwright model test small.onnx --against model.onnx --data test.npz --gate "accuracy-drop<=1%"',
  options: {
    against: { type: 'string', value: 'MODEL', summary: 'The original' },
    data: { type: 'string', value: 'FILE', summary: 'Samples for both' },
    'data-version': { type: 'string', value: 'REV', summary: 'Take the data as this commit has it, out of the cache' },
    gate: { type: 'string', value: 'GATE', multiple: true, summary: 'What must hold, such as "accuracy-drop<=1%"' },
    target: { type: 'string', value: 'PROFILE', summary: 'The computer that it is for. Default: this-machine' },
    threads: { type: 'string', value: 'N,…', summary: 'Also measured with so many threads' },
    batch: { type: 'string', value: 'N,…', summary: 'Also measured with so many samples at a time' },
    task: {
      type: 'string',
      value: 'TASK',
      summary: `${tasks.slice(0, -1).join(', ')} or ${tasks.at(-1) ?? ''}. Default: by the outputs`,
    },
    output: {
      type: 'string',
      value: 'NAME',
      summary: 'The output whose answers count. Default: the first; of a detection boxes,scores,labels',
    },
    script: { type: 'string', value: 'COMMAND', summary: 'Says how right each model is' },
    'script-timeout': { type: 'string', value: 'TIME', summary: 'How long it may take for a model. Default: 10m' },
    classes: { type: 'string', value: 'NAME,…', summary: 'Names of the classes, in the order of the scores' },
    slices: { type: 'string', value: 'FILE', summary: 'A .npz file with arrays that name the slice of each sample' },
    html: { type: 'string', value: 'FILE', summary: 'Writes the report as one page' },
    junit: { type: 'string', value: 'FILE', summary: 'Writes the report as JUnit XML, for build servers' },
  },
  operands: { usage: 'CANDIDATE', min: 1, max: 1 },
  async run(context, { options, operands: [candidate = ''], json, workspace }) {
    const { against, data, 'data-version': revision } = options
    if (against === undefined) throw usageError(name, 'the original is missing: --against MODEL.')
    if (data === undefined) throw usageError(name, 'the data is missing: --data FILE.')
    const [{ parseGoal }, { parseProfile }, { testModel }, { readSlices }, { openDataPath }] = await Promise.all([
      import('../../compress/goals.ts'),
      import('../../compress/targets.ts'),
      import('../../compress/model-test.ts'),
      import('../../compress/read-slices.ts'),
      import('../data-version-samples.ts'),
    ])
    const gates = options.gate.map(parseGoal)
    const profile = parseProfile(options.target ?? 'this-machine')
    const path = (given: string) => resolve(context.cwd, given)
    await using samples = await openDataPath(context, workspace, data, revision)
    const report = await testModel(
      {
        candidate: { name: candidate, model: path(candidate) },
        original: { name: against, model: path(against) },
        data: samples.path,
        readers: sampleReaders(context),
        profile,
        gates,
        settings: combine(parseCounts('threads', options.threads), parseCounts('batch', options.batch), profile),
        task: options.script === undefined ? parseTask(options.task) : 'script',
        output: options.output,
        classes: options.classes?.split(','),
        slicings: options.slices === undefined ? new Map() : await readSlices(path(options.slices)),
        script: parseScript(context, options.script, options['script-timeout']),
        onStep: (step) => tellStep(context, step),
      },
      { runtime: context.onnxRuntime, signal: context.signal },
    )
    await writeReports(context, report, {
      html: options.html && path(options.html),
      junit: options.junit && path(options.junit),
    })
    context.stdout.write(json ? toJson(report) : await formatReport(report, context.stdout.columns))
    return report.isPassed ? exitCodes.ok : exitCodes.failed
  },
})

function parseCounts(option: string, text: string | undefined): readonly number[] {
  return text?.split(',').map((each) => parseCount(name, option, each)) ?? []
}

/** All combinations; where one is not given it is the target's. */
function combine(threads: readonly number[], batches: readonly number[], target: RunSetting): readonly RunSetting[] {
  const sizes = batches.length === 0 ? [target.batch] : batches
  return (threads.length === 0 ? [target.threads] : threads).flatMap((count) =>
    sizes.map((batch) => ({ threads: count, batch })),
  )
}

function parseTask(text: string | undefined): Task | undefined {
  const found = tasks.find((task) => task === text)
  if (text !== undefined && found === undefined) {
    throw usageError(name, `--task ${text}: expected ${tasks.slice(0, -1).join(', ')} or ${tasks.at(-1) ?? ''}.`)
  }
  if (found === 'script') throw usageError(name, '--task script: the script is missing: --script "python score.py".')
  return found
}

function parseScript({ cwd }: CliContext, line: string | undefined, timeout = '10m') {
  if (line === undefined) return undefined
  const command = splitCommandLine(line)
  const seconds = parseTime(timeout)
  if (command?.[0] === undefined) throw usageError(name, `--script ${line}: expected a command.`)
  if (seconds === undefined) throw usageError(name, `--script-timeout ${timeout}: expected a time such as 10m.`)
  return { command, folder: cwd, timeoutMs: seconds * 1000 }
}

function tellStep({ stderr, writesProgress }: CliContext, step: string): void {
  if (writesProgress) stderr.write(`${JSON.stringify({ step })}\n`)
  else if (stderr.isTTY === true) stderr.write(`${printable(step)}…\n`)
}

async function writeReports(
  { signal }: CliContext,
  report: ModelTestReport,
  { html, junit }: { readonly html: string | undefined; readonly junit: string | undefined },
): Promise<void> {
  const [{ toHtml }, { toJunit }, { writeWhole }] = await Promise.all([
    import('../../compress/model-test-html.ts'),
    import('../../compress/model-test-junit.ts'),
    import('../../views/write-whole.ts'),
  ])
  // Names are shown without the folders of this machine.
  const short = { ...report, candidate: shorten(report.candidate), original: shorten(report.original) }
  if (html !== undefined) await writeWhole(html, Readable.from([toHtml(short)]), signal)
  if (junit !== undefined) await writeWhole(junit, Readable.from([toJunit(short)]), signal)
}

function shorten<Model extends { readonly name: string }>(model: Model): Model {
  return { ...model, name: basename(model.name) }
}

async function formatReport(report: ModelTestReport, width: number | undefined): Promise<string> {
  const { describeCircumstances, reportTables, sumUp } = await import('../../compress/model-test-tables.ts')
  const lines = [...describeCircumstances(report), sumUp(report)]
  const tables = reportTables(report).map(
    ({ title, columns, rows }) => `${printable(title)}\n${formatTable(columns, rows, width)}\n`,
  )
  return `${tables.join('')}${lines.map((line) => `${printable(line)}\n`).join('')}`
}
