import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRecord, parseForeignJson } from '../../src/protocol/json.ts'
import type { PreparedTask, Workshop } from './prepare-task.ts'

/** What came of an attempt to make a model smaller. */
export type Made = { readonly by: string; readonly path: string } | { readonly by: string; readonly refusal: string }

/** Of the peers, by their names in `preset.py`. */
export const presets = {
  'runtime-dynamic': 'ONNX Runtime, dynamic int8',
  'runtime-static': 'ONNX Runtime, static int8',
  'runtime-static-channels': 'ONNX Runtime, static int8 by channels',
  'runtime-fp16': 'ONNX Runtime, fp16',
  'olive-int8': 'Olive, int8',
  'olive-int4': 'Olive, int4',
} as const

export type Preset = keyof typeof presets

const run = promisify(execFile)
const maxBuffer = 2 ** 26
const script = join(import.meta.dirname, 'preset.py')
const commandLine = join(import.meta.dirname, '../../dist/cli.js')

/** A preset that takes longer has lost. */
const mostMs = 10 * 60_000

export async function makeByPreset(
  preset: Preset,
  { model, samples, folder }: PreparedTask,
  { programs }: Workshop,
): Promise<Made> {
  const [by, path] = [presets[preset], join(folder, `${preset}.onnx`)]
  // It may keep what it has made in the folder where it runs.
  const options = { cwd: folder, timeout: mostMs, maxBuffer }
  try {
    await run(join(programs, 'python'), [script, preset, model, path, samples], options)
    return { by, path }
  } catch (error) {
    return { by, refusal: lastLine(textOf(error, 'stderr')) }
  }
}

/** @param budget as `--budget` */
export async function makeBySearch({ model, samples, folder }: PreparedTask, budget: string): Promise<Made> {
  const path = join(folder, 'ours.onnx')
  const words = ['compress', model, '--data', samples, '--out', path, '--budget', budget, '--json', '--no-track']
  try {
    const { stdout } = await run(process.execPath, [commandLine, ...words], { cwd: folder, maxBuffer })
    return { by: nameRecommended(stdout), path }
  } catch (error) {
    return { by: 'Runwright', refusal: readRefusal(textOf(error, 'stderr')) }
  }
}

function nameRecommended(json: string): string {
  // SAFETY: `runwright compress --json` prints an object with these.
  const found = JSON.parse(json) as { recommended: number; candidates: readonly { number: number; name: string }[] }
  return found.candidates.find(({ number }) => number === found.recommended)?.name ?? ''
}

/** With `--json` an error is an object. Without one no candidate was good enough. */
function readRefusal(said: string): string {
  const error: unknown = said.trim() === '' ? undefined : parseForeignJson(said)
  if (isRecord(error)) return [error['message'], error['hint']].filter((text) => typeof text === 'string').join(' ')
  return said.trim() === '' ? 'None is good enough, and smaller or faster.' : said.trim()
}

/** What a program printed before it ended with another code than 0. */
function textOf(error: unknown, stream: 'stderr'): string {
  return typeof error === 'object' && error !== null && stream in error ? String(Reflect.get(error, stream)) : ''
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.slice(0, 160) ?? ''
}
