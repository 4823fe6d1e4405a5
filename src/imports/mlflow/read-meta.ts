import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DocumentOptions, parse, type ParseOptions, type SchemaOptions } from 'yaml'
import { RunwrightError } from '../../protocol/errors.ts'
import { recordOf } from '../../protocol/json.ts'
import { listLocalFiles } from '../local-files.ts'

/** What a `meta.yaml` of MLflow's says, as text: ids of digits stay what they are. What is null is left out. */
export type Meta = Readonly<Record<string, string>>

const maxBytes = 32 * 1024 * 1024

/** @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE */
export async function readMeta(folder: string): Promise<Meta> {
  const path = join(folder, 'meta.yaml')
  const value = await readYaml(path, { schema: 'failsafe' })
  if (value === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is missing`)
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return Object.fromEntries(texts.filter(([, text]) => text !== 'null' && text !== ''))
}

/** @returns what it says, nothing where it says something else; undefined where there is none @throws INVALID_PARAMETER_VALUE */
export async function readYaml(
  path: string,
  options: ParseOptions & DocumentOptions & SchemaOptions,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = await readFile(path, 'utf8').catch(() => undefined)
  if (content === undefined) return undefined
  if (content.length > maxBytes) throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is too long`)
  try {
    return recordOf(parse(content, { ...options, maxAliasCount: 0 }))
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no YAML`, { cause })
  }
}

/** Keys and values that are files of a folder; a key with slashes lies in folders. */
export async function readKeyFiles(folder: string): Promise<{ key: string; value: string }[]> {
  const entries: { key: string; value: string }[] = []
  for await (const { path } of listLocalFiles(folder)) {
    entries.push({ key: path, value: await readFile(join(folder, ...path.split('/')), 'utf8') })
  }
  return entries
}

/** Milliseconds. */
export function toTime(text: string | undefined): number | undefined {
  const time = Number(text)
  return text !== undefined && Number.isSafeInteger(time) && time >= 0 ? time : undefined
}
