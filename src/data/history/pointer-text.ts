import { isMap, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { formatScalar } from '../format/yaml-scalar.ts'
import { invalidPointer, parsePointerYaml } from '../pointer.ts'

/**
 * A `.dvc` file that is frozen, or no longer so; all else in it stays. As DVC writes it, at the end.
 *
 * @throws INVALID_PARAMETER_VALUE when the text is no `.dvc` file in block style
 */
export function setFrozen(text: string, isFrozen: boolean, where: string): string {
  const frozen = findField(text, 'frozen', where)
  const without = frozen === undefined ? text : removeLines(text, frozen)
  if (!isFrozen) return without
  return `${without}${without.endsWith('\n') ? '' : '\n'}frozen: true\n`
}

/**
 * A `.dvc` file without its `wdir`; all else in it stays.
 *
 * @throws INVALID_PARAMETER_VALUE when the text is no `.dvc` file in block style
 */
export function removeWorkingFolder(text: string, where: string): string {
  const line = findField(text, 'wdir', where)
  return line === undefined ? text : removeLines(text, line)
}

function findField(text: string, name: string, where: string): Pair | undefined {
  const { contents } = parsePointerYaml(text, where)
  if (!isMap(contents) || contents.flow === true) throw invalidPointer(`${where} names no outs.`)
  return contents.items.find((pair) => isScalar(pair.key) && pair.key.value === name)
}

function removeLines(text: string, { key, value }: Pair): string {
  const [start, end] = [isScalar(key) ? (key.range?.[0] ?? 0) : 0, isScalar(value) ? (value.range?.[1] ?? 0) : 0]
  const next = text.indexOf('\n', end)
  return text.slice(0, text.lastIndexOf('\n', start - 1) + 1) + (next === -1 ? '' : text.slice(next + 1))
}

/**
 * A `.dvc` file whose one out has another name; all else in it stays.
 *
 * @throws INVALID_PARAMETER_VALUE when the text is no `.dvc` file, or has no such out
 */
export function renameOut(text: string, from: string, to: string, where: string): string {
  const { contents } = parsePointerYaml(text, where)
  const outs: unknown = isMap(contents) ? contents.get('outs') : undefined
  const isOut = (item: unknown): item is YAMLMap => isMap(item) && item.get('path') === from
  const value = isSeq(outs) ? outs.items.find(isOut)?.get('path', true) : undefined
  if (!isScalar(value) || value.range === undefined || value.range === null) {
    throw invalidPointer(`${where} has no out ${JSON.stringify(from)}.`)
  }
  const [start, end] = value.range
  const column = start - (text.lastIndexOf('\n', start - 1) + 1)
  // A scalar over several lines ends with its line.
  const rest = text.slice(end)
  return text.slice(0, start) + formatScalar(to, column, 4) + (rest === '' || /^[\s]/.test(rest) ? rest : `\n${rest}`)
}
