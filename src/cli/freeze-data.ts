import type { CliInput, CliOptions } from './command.ts'
import type { CliContext } from './context.ts'
import { openData } from './open-data.ts'
import { printable, toJson } from './text.ts'

/** Locks or unlocks what the operands name, and says so. */
export async function freezeAll(
  context: CliContext,
  { operands, json, workspace }: Pick<CliInput<CliOptions>, 'operands' | 'json' | 'workspace'>,
  isFrozen: boolean,
): Promise<void> {
  const { freezePath } = await import('../data/freeze.ts')
  using data = await openData(context, workspace)
  const pointers: { pointer: string; isChanged: boolean }[] = []
  for (const path of data.toPaths(operands)) {
    pointers.push(await freezePath(data.repository, path, isFrozen, data.work, context.env))
  }
  if (json) return void context.stdout.write(toJson({ pointers }))
  const word = isFrozen ? 'locked' : 'unlocked'
  for (const { pointer, isChanged } of pointers) {
    context.stdout.write(`${printable(pointer)} is ${word}${isChanged ? '' : ' already'}.\n`)
  }
}
