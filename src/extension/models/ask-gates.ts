import { parseGoal } from '../../protocol/measures.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'

const rememberedKey = 'runwright.modelTestGates'

/** What most people ask of a smaller model; those that are chosen the first time come first. */
const usual = ['accuracy-drop<=1%', 'agreement>=99%', 'speedup>=1x', 'size<=10MB', 'p99<=20ms', 'memory<=256MB']
const chosenFirst = 3

/**
 * Asks what a model is held to: some of the usual gates, those of the last time, and others that are typed.
 *
 * @returns undefined when the user gives up; none is an answer
 */
export async function askGates(
  { vscode, memory }: Pick<CommandContext, 'vscode' | 'memory'>,
  title: string,
): Promise<readonly string[] | undefined> {
  const last = memory.get<readonly string[]>(rememberedKey, usual.slice(0, chosenFirst))
  const other = { label: `$(edit) ${localize('Other gates…')}`, picked: false }
  const gates = [...new Set([...last, ...usual])].map((label) => ({
    label,
    description: describeGate(label),
    picked: last.includes(label),
  }))
  const chosen = await vscode.window.showQuickPick([...gates, other], {
    title,
    placeHolder: localize('What must hold of the model? Without a gate only the checks decide.'),
    canPickMany: true,
  })
  if (chosen === undefined) return undefined
  const wanted = chosen.filter((item) => item !== other).map(({ label }) => label)
  const typed = chosen.includes(other) ? await typeGates({ vscode }, title) : []
  if (typed === undefined) return undefined
  const all = [...new Set([...wanted, ...typed])]
  await memory.update(rememberedKey, all)
  return all
}

async function typeGates(
  { vscode }: Pick<CommandContext, 'vscode'>,
  title: string,
): Promise<readonly string[] | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt: localize('Gates, with spaces between them, such as {example}', { example: 'p95<=5ms max-error<=0.01' }),
    validateInput: (typed) =>
      splitGates(typed)
        .map(findFault)
        .find((fault) => fault !== undefined),
  })
  return text === undefined ? undefined : splitGates(text)
}

/** Splits at spaces that stand before the next measure. */
function splitGates(text: string): readonly string[] {
  return text.split(/[\s,;]+(?=[a-z])/).flatMap((part) => part.trim() || [])
}

function findFault(gate: string): string | undefined {
  try {
    parseGoal(gate)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function describeGate(gate: string): string {
  switch (/^[\w-]+/.exec(gate)?.[0]) {
    case 'accuracy-drop':
      return localize('right answers lost')
    case 'agreement':
      return localize('samples with the original’s answer')
    case 'speedup':
      return localize('not slower than the original')
    case 'size':
      return localize('size on the disk')
    case 'p99':
      return localize('time that 99 of 100 runs keep to')
    case 'memory':
      return localize('memory that the model adds')
    default:
      return ''
  }
}
