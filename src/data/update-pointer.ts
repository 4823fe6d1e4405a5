import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml'
import { isDirHash } from './hash.ts'
import { formatMeta, invalidPointer, type NewPointerOut, parsePointerYaml, quoteHash } from './pointer.ts'

/**
 * A `.dvc` file whose outs have changed. All else in it, comments and order included, stays as it is; an out is known
 * by its path.
 *
 * @throws INVALID_PARAMETER_VALUE when the text is no `.dvc` file, or has no such out
 */
export function updatePointer(text: string, outs: readonly NewPointerOut[], where: string): string {
  let changed = text
  for (const out of outs) changed = updateOut(changed, out, where)
  return changed
}

function updateOut(text: string, out: NewPointerOut, where: string): string {
  const node = findOut(text, out.path, where)
  const fields: [string, string | undefined][] = [
    ['md5', quoteHash(out.hash)],
    ['size', out.sizeBytes?.toString()],
    ['nfiles', isDirHash(out.hash) ? out.fileCount?.toString() : undefined],
    ['hash', 'md5'],
  ]
  if (out.sha256 === undefined) return setFields(text, node, fields)
  return setMeta(setFields(text, node, fields), out, where)
}

function findOut(text: string, path: string, where: string): YAMLMap {
  const { contents } = parsePointerYaml(text, where)
  const all: unknown = isMap(contents) ? contents.get('outs') : undefined
  const isOut = (item: unknown): item is YAMLMap => isMap(item) && item.get('path') === path
  const found = isSeq(all) ? all.items.find(isOut) : undefined
  if (found === undefined) throw invalidPointer(`${where} has no out ${JSON.stringify(path)}.`)
  return found
}

/** Sets, adds and takes away lines of a mapping in block style, from its end to its beginning so that offsets hold. */
function setFields(text: string, node: YAMLMap, fields: readonly [string, string | undefined][]): string {
  const indent = columnOf(text, node.range?.[0] ?? 0)
  const missing = fields.filter(([key, value]) => value !== undefined && !node.has(key))
  let changed = text
  for (const pair of node.items.toReversed()) {
    const key = isScalar(pair.key) ? String(pair.key.value) : ''
    const field = fields.find(([name]) => name === key)
    if (field === undefined || !isScalar(pair.value) || !isScalar(pair.key)) continue
    const [start, end] = [pair.value.range?.[0] ?? 0, pair.value.range?.[1] ?? 0]
    if (field[1] === undefined) changed = removeLine(changed, pair.key.range?.[0] ?? 0)
    else changed = changed.slice(0, start) + field[1] + changed.slice(end)
  }
  const first = node.range?.[0] ?? 0
  const added = missing.map(([key, value]) => `${key}: ${value ?? ''}\n${' '.repeat(indent)}`).join('')
  return changed.slice(0, first) + added + changed.slice(first)
}

function removeLine(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', offset - 1) + 1
  const end = text.indexOf('\n', offset)
  const before = text.slice(start, offset)
  // The first field of a list's item shares its line with the dash.
  if (before.trim() !== '') {
    const next = end === -1 ? text.length : end + 1
    return text.slice(0, offset) + text.slice(next).trimStart()
  }
  return text.slice(0, start) + (end === -1 ? '' : text.slice(end + 1))
}

function setMeta(text: string, out: NewPointerOut, where: string): string {
  if (out.sha256 === undefined) return text
  const node = findOut(text, out.path, where)
  const meta = node.get('meta')
  const ours = isMap(meta) ? meta.get('runwright') : undefined
  const fields: [string, string][] = [
    ['for', quoteHash(out.hash)],
    ['sha256', quoteHash(out.sha256)],
  ]
  if (isMap(ours)) return setFields(text, ours, fields)
  const indent = ' '.repeat(columnOf(text, node.range?.[0] ?? 0))
  const lines = formatMeta(out.hash, out.sha256).map((line) => indent + line.slice(2))
  if (isMap(meta)) {
    const first = meta.range?.[0] ?? 0
    const column = ' '.repeat(columnOf(text, first))
    const [, , ...values] = lines.map((line) => line.trimStart())
    const block = ['runwright:', ...values.map((line) => `${column}  ${line}`)].join('\n')
    return `${text.slice(0, first)}${block}\n${column}${text.slice(first)}`
  }
  const end = endOfBlock(text, node)
  return `${text.slice(0, end)}${lines.join('\n')}\n${text.slice(end)}`
}

/** The beginning of the line after the last line of a mapping. */
function endOfBlock(text: string, node: YAMLMap): number {
  const end = node.range?.[1] ?? text.length
  const feed = text.lastIndexOf('\n', end - 1) + 1
  if (feed === end) return end
  const next = text.indexOf('\n', end)
  return next === -1 ? text.length : next + 1
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}
