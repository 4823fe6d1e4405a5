import { describeVariable, type KernelVariable } from '../../client/kernel-variables.ts'
import { formatSize } from '../../protocol/quantities.ts'
import type { Presentation } from '../tree/presentation.ts'

/** How variables can be sorted. */
export const variableOrders = ['name', 'type', 'size'] as const
export type VariableOrder = (typeof variableOrders)[number]

/** Under which a workspace remembers the order. */
export const variableOrderKey = 'variableOrder'

export function parseVariableOrder(value: unknown): VariableOrder {
  return variableOrders.find((order) => order === value) ?? 'name'
}

/** A row of the view of variables. */
export interface VariableElement {
  readonly kind: 'variable'
  /** Its name. */
  readonly id: string
  readonly variable: KernelVariable
}

/** What is larger first, all else by its name. */
export function sortVariables(variables: readonly KernelVariable[], order: VariableOrder): KernelVariable[] {
  const byName = (a: KernelVariable, b: KernelVariable) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)
  const bySize = (a: KernelVariable, b: KernelVariable) => (b.sizeBytes ?? -1) - (a.sizeBytes ?? -1)
  const byType = (a: KernelVariable, b: KernelVariable) => a.type.localeCompare(b.type, 'en')
  const compare = { name: byName, size: bySize, type: byType }[order]
  return variables.toSorted((a, b) => compare(a, b) || byName(a, b))
}

export function presentVariable({ variable }: VariableElement): Presentation {
  const { name, sizeBytes, preview } = variable
  const parts = [describeVariable(variable), ...(sizeBytes === undefined ? [] : [formatSize(sizeBytes)])]
  return {
    label: name,
    description: parts.join(' · '),
    icon: { name: iconOf(variable) },
    collapsible: 'none',
    context: 'variable',
    spoken: [name, ...parts].join(', '),
    ...(preview === '' ? {} : { tooltip: toCodeBlock(preview), click: 'runwright.showVariable' }),
  }
}

function iconOf({ type, shape, elementType }: KernelVariable): string {
  if (elementType !== undefined || (shape !== undefined && shape.length > 1)) return 'symbol-array'
  const icons: Readonly<Record<string, string>> = {
    bool: 'symbol-boolean',
    dict: 'symbol-namespace',
    float: 'symbol-numeric',
    int: 'symbol-numeric',
    list: 'symbol-array',
    str: 'symbol-string',
    tuple: 'symbol-array',
  }
  return icons[type] ?? 'symbol-variable'
}

/** A fence longer than any in the text. */
function toCodeBlock(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}text\n${text}\n${fence}`
}
