import type { CommandContext } from '../context.ts'

/** Lets the user pick one of the texts that are known, or type another; undefined when the box is left. */
export function pickOrType(
  { vscode, log }: Pick<CommandContext, 'vscode' | 'log'>,
  title: string,
  placeholder: string,
  known: Promise<readonly string[]>,
): Promise<string | undefined> {
  const box = vscode.window.createQuickPick()
  box.title = title
  box.placeholder = placeholder
  box.busy = true
  let texts: readonly string[] = []
  const fill = () => {
    box.items = listChoices(texts, box.value).map((label) => ({ label }))
  }
  known
    .then((loaded) => (texts = loaded))
    // One can still type.
    .catch((error: unknown) => log.warn(`${title}: nothing to complete with:`, error))
    .finally(() => {
      box.busy = false
      fill()
    })
  return new Promise((resolve) => {
    box.onDidChangeValue(fill)
    box.onDidAccept(() => {
      // Whoever types fast accepts before what was typed has become an item.
      const text = box.selectedItems[0]?.label ?? box.value.trim()
      if (text === '') return
      resolve(text)
      box.hide()
    })
    box.onDidHide(() => {
      resolve(undefined)
      box.dispose()
    })
    box.show()
  })
}

/** Exported for its test. What is typed comes first, unless it is known. */
export function listChoices(known: readonly string[], typed: string): readonly string[] {
  const text = typed.trim()
  return text === '' || known.includes(text) ? known : [text, ...known]
}
