import { readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { nearestRank } from '../../compress/percentile.ts'
import type { Feeds, Session, SessionHost } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CliContext } from '../context.ts'
import { defineCliCommand } from '../command.ts'
import { parseCount } from '../parse-count.ts'
import { formatTable } from '../table.ts'
import { formatNumber, printable, toJson } from '../text.ts'
import { formatCount } from '../../protocol/quantities.ts'

export default defineCliCommand({
  name: 'model run',
  summary: 'Runs an ONNX model on this machine’s processor, and shows what it gives.',
  details: `--input is a .npz file with an array for each input, or a JSON file: {"x": [[1, 2], [3, 4]]}. Numbers take the
types of the model's inputs, where those can hold them. The model runs in a process of its own: what it does there, a crash
for example, ends as an error. --json has the outputs' elements where they are at most 100,000; --out takes any number.`,
  example: 'runwright model run model.onnx --input batch.npz --out answers.npz',
  options: {
    input: { type: 'string', value: 'FILE', summary: 'The inputs: .npz, or JSON' },
    out: { type: 'string', value: 'FILE', summary: 'Writes the outputs to this .npz file' },
    threads: { type: 'string', value: 'N', summary: 'Threads for one operator. Default: one for each core' },
    repeat: { type: 'string', value: 'N', summary: 'Also runs it N times, after a warm-up, and gives the times' },
  },
  operands: { usage: 'MODEL', min: 1, max: 1 },
  async run(context, { options, operands: [given = ''], json }) {
    const threads = options.threads === undefined ? undefined : parseCount('model run', 'threads', options.threads)
    const count = options.repeat === undefined ? undefined : parseCount('model run', 'repeat', options.repeat)
    const { openSessionHost } = await import('../../onnx/session.ts')
    await using host = await openSessionHost(context.onnxRuntime, {}, context.signal)
    await using session = await host.open(resolve(context.cwd, given), { intraThreads: threads })
    const feeds = await readFeeds(context, options.input, session)
    const { outputs, runMs } = await session.run(feeds)
    const times = count === undefined ? undefined : await session.repeat(feeds, { count, warmUp: Math.min(count, 10) })
    if (options.out !== undefined) {
      const { writeArrayFile } = await import('../../onnx/npz.ts')
      await writeArrayFile(resolve(context.cwd, options.out), outputs)
    }
    const ran: Ran = { outputs, loadMs: session.loadMs, runMs, times: times?.runsMs.toSorted(), host }
    context.stdout.write(json ? await formatJson(ran) : await formatRan(ran, context.stdout.columns))
  },
})

interface Ran {
  readonly outputs: ReadonlyMap<string, TensorValue>
  readonly loadMs: number
  readonly runMs: number
  /** Milliseconds of each repeated run, the fastest first. */
  readonly times: Float64Array | undefined
  readonly host: Pick<SessionHost, 'measureMemory'>
}

async function readFeeds({ cwd }: CliContext, path: string | undefined, session: Session): Promise<Feeds> {
  if (path === undefined) return new Map()
  const absolute = resolve(cwd, path)
  if (!/\.np[zy]$/.test(path)) {
    const { parseJsonFeeds } = await import('../../onnx/tensor-json.ts')
    const text = await readFile(absolute, 'utf8').catch((cause: unknown) => {
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} cannot be read.`, { cause })
    })
    return parseJsonFeeds(text, session.inputs, basename(path))
  }
  const { readArrayFile } = await import('../../onnx/npz.ts')
  const { convertTensor } = await import('../../onnx/convert-tensor.ts')
  const arrays = await readArrayFile(absolute)
  return new Map(
    [...arrays].map(([name, value]): [string, TensorValue] => {
      const dtype = session.inputs.find((input) => input.name === name)?.dtype ?? value.dtype
      return [name, convertTensor(value, dtype, `${basename(path)}, ${name}`)]
    }),
  )
}

async function formatJson({ outputs, loadMs, runMs, times, host }: Ran): Promise<string> {
  const { toJsonTensor } = await import('../../onnx/tensor-json.ts')
  const { peakBytes } = await host.measureMemory()
  const listed = [...outputs].map(([name, value]) => ({ name, ...toJsonTensor(value) }))
  return toJson({ outputs: listed, loadMs, runMs, peakBytes, ...(times === undefined ? {} : { runsMs: [...times] }) })
}

async function formatRan({ outputs, loadMs, runMs, times, host }: Ran, width: number | undefined): Promise<string> {
  const { toJsonTensor } = await import('../../onnx/tensor-json.ts')
  const { peakBytes } = await host.measureMemory()
  const rows = [...outputs].map(([name, value]) => {
    const elements = toJsonTensor(value).data?.slice(0, 8) ?? []
    const shown = elements.map((each) => (typeof each === 'number' ? formatNumber(each) : printable(each)))
    const more = value.data.length > elements.length ? ['…'] : []
    return [printable(name), value.dtype, `[${value.dims.join(', ')}]`, [...shown, ...more].join(' ')]
  })
  const columns = [{ title: 'OUTPUT' }, { title: 'TYPE' }, { title: 'DIMS' }, { title: 'ELEMENTS', minWidth: 20 }]
  const memory = `${Math.round(peakBytes / 2 ** 20)} MiB at most`
  const ran = `Loaded in ${formatNumber(loadMs)} ms, run in ${formatNumber(runMs)} ms, ${memory}.\n`
  return `${formatTable(columns, rows, width)}\n${ran}${times === undefined ? '' : formatTimes(times)}`
}

function formatTimes(sorted: Float64Array): string {
  const at = (share: number) => formatNumber(nearestRank(sorted, share))
  return `${formatCount(sorted.length, 'run')}: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms.\n`
}
