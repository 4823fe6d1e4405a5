import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeModelFile } from '../onnx/model-file.ts'
import { readArrayFile } from '../onnx/npz.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord, parseForeignJson, recordOf } from '../protocol/json.ts'
import { convertedLayers, convertNet } from './convert-net.ts'
import type { Exported, SampleOrigin } from './exported.ts'
import { frameworkTitles, type ModelSource } from './model-source.ts'
import { parseNet } from './parse-net.ts'
import { runProgram } from './run-program.ts'

export interface PythonExport {
  readonly source: ModelSource
  /** Absolute path of samples, if any are given. */
  readonly data: string | undefined
  readonly opset: number | undefined
  /** Whether what runs code while it is loaded may be loaded. */
  readonly isTrusted: boolean
  /** The interpreter, as it is called from `cwd`. */
  readonly python: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where the scripts are. */
  readonly scripts: string
  /** An empty folder for what goes to and fro. */
  readonly scratch: string
  readonly signal: AbortSignal
}

/**
 * Lets the framework load the model, convert it, and answer the samples, in a Python of the user's.
 *
 * @throws NOT_IMPLEMENTED when a package is missing, with the line that installs it; PERMISSION_DENIED when the model runs
 *   code while it is loaded and is not trusted; BAD_REQUEST for what the framework or its converter says; CANCELLED
 */
export async function exportInPython(work: PythonExport): Promise<Exported> {
  const { source, scratch, opset } = work
  const place = (name: string) => join(scratch, name)
  const request = {
    framework: source.framework,
    model: source.file,
    format: source.format,
    example: source.example,
    shape: source.shape,
    data: work.data,
    opset,
    isTrusted: work.isTrusted,
    codeFolders: [...source.codeFolders, work.cwd],
    layers: convertedLayers,
    out: place('model.onnx'),
    feeds: place('feeds.npz'),
    outputs: place('outputs.npz'),
    weights: place('weights.npz'),
    result: place('result.json'),
  }
  await writeFile(place('request.json'), JSON.stringify(request))
  const end = await runProgram({
    file: work.python,
    args: [join(work.scripts, 'export_model.py'), place('request.json')],
    cwd: work.cwd,
    env: { ...work.env, PYTHONDONTWRITEBYTECODE: '1' },
    signal: work.signal,
  })
  const text = await readFile(request.result, 'utf8').catch(() => '')
  const result = parseForeignJson(text)
  if (!isRecord(result)) throw endedEarly(work, end.exitCode, end.signal, end.said)
  if (isRecord(result['error'])) throw toError(work, result['error'])
  const feeds = await readArrayFile(request.feeds)
  if (isRecord(result['net'])) {
    const net = parseNet(result['net'], await readArrayFile(request.weights))
    await writeModelFile(convertNet(net, [...feeds.keys()], opset), request.out)
  }
  return {
    model: request.out,
    origin: parseOrigin(result['origin']),
    feeds,
    outputs: await readArrayFile(request.outputs),
    scores: new Map(Object.entries(textsOf(result['scores']))),
    versions: textsOf(result['versions']),
  }
}

function endedEarly(
  { python }: PythonExport,
  exitCode: number | null,
  signal: string | null,
  said: string,
): RunwrightError {
  const how = signal === null ? `with exit code ${exitCode ?? 'none'}` : `by ${signal}`
  const last = said.split('\n').at(-1) ?? ''
  return new RunwrightError('INVALID_STATE', `${python} ended ${how} while it exported the model. ${last}`.trim(), {
    hint:
      signal === 'SIGKILL' ? 'Was there enough memory?' : 'Python 3.9 or later is needed. --python names another one.',
  })
}

function toError({ python, source }: PythonExport, error: Readonly<Record<string, unknown>>): RunwrightError {
  const message = typeof error['message'] === 'string' ? error['message'] : 'The export failed.'
  const title = frameworkTitles[source.framework]
  switch (error['kind']) {
    case 'missing': {
      const packages = Array.isArray(error['packages']) ? error['packages'].map(String) : []
      return new RunwrightError('NOT_IMPLEMENTED', `${message} The export of ${title} needs it, in ${python}.`, {
        hint: `Install it by: ${python} -m pip install ${packages.join(' ')}. Or name another Python by --python.`,
      })
    }
    case 'consent':
      return new RunwrightError('PERMISSION_DENIED', `${message} It was not loaded.`, {
        hint: 'If you know where it comes from, give --trust: your own Python loads it then.',
      })
    case 'refused':
      return new RunwrightError('BAD_REQUEST', message, { hint: '--data names samples: a .npz or CSV file.' })
    default:
      return new RunwrightError('BAD_REQUEST', `${title} or its converter failed: ${message}`)
  }
}

function parseOrigin(value: unknown): SampleOrigin {
  return value === 'data' || value === 'example' ? value : 'drawn'
}

function textsOf(value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value))
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
