import type { CommandContext } from './context.ts'
import type { DataElement } from './data/element.ts'
import type { ComputeElement, JobsElement } from './jobs/element.ts'
import type { ModelsElement } from './models/element.ts'
import type { TreeElement } from './tree/element.ts'

/** A row of any of our views. */
export type ViewElement = TreeElement | JobsElement | ComputeElement | DataElement | ModelsElement

/** By the names that commands have for them. */
export type ViewName = 'experiments' | 'jobs' | 'compute' | 'data' | 'models' | 'variables'

/** What a command has in the manifest. */
interface CommandManifest {
  /** The view whose title bar, rows and keys it has. Default: `experiments`. */
  readonly view?: ViewName
  /** `runwright.` and a verb. */
  readonly id: string
  /** Without the category "Runwright"; ends in `…` when the command asks something first. */
  readonly title: string
  /** A codicon: `$(refresh)`. */
  readonly icon?: string
  /** A clause for the palette, the title bar and the key: where it is false the command cannot apply. */
  readonly when?: string
  /** False when the command makes no sense in the palette. */
  readonly inPalette?: boolean
  /** Its place in the view's title bar: `navigation@1` for an icon, any other group for the overflow menu. */
  readonly titleBar?: string
  /** Its place in the menu of an editor tab. */
  readonly editorTitle?: string
  /** Its place in the menu of a file in VS Code's own explorer, which it then gets as its argument. */
  readonly fileMenu?: string
  /** A clause beside `when` for that menu alone. */
  readonly fileMenuWhen?: string
  /** Its place at data in VS Code's view of source control, which it then gets as its argument. */
  readonly sourceControlMenu?: string
  /** Its place in the toolbar of a notebook, in a trusted workspace; `when` does not count there. */
  readonly notebookToolbar?: string
  /** A clause for that place alone. */
  readonly notebookToolbarWhen?: string
  readonly key?: { readonly key: string; readonly mac?: string }
}

/** A command about the view or the workspace as a whole. */
export interface PlainCommand extends CommandManifest {
  readonly accepts?: undefined
  /**
   * Its places in the menus of elements, which it then gets as arguments, see `findMenuElements`. `when` does not count
   * there: it is about the palette and the title bar.
   *
   * `view` is named where it is another than the command's own.
   */
  readonly elementMenus?: readonly { readonly view?: ViewName; readonly appliesTo: string; readonly menu: string }[]
  run(context: CommandContext, ...args: readonly unknown[]): Promise<void>
}

/**
 * A command about elements of its view: those whose menu it was chosen from, else (palette, key) those selected.
 */
export interface ElementCommand<Element extends ViewElement> extends CommandManifest {
  /** A clause over `viewItem`, see `Presentation.context`; in the palette it holds of the selected element. */
  readonly appliesTo: string
  /** Its places in the element's menu: `inline`, or `group@position`. */
  readonly menu?: string | readonly string[]
  readonly accepts: (value: unknown) => value is Element
  /** Elements it can be run on at once; default: any number. */
  readonly takes?: 'one'
  run(context: CommandContext, elements: readonly [Element, ...Element[]]): Promise<void>
}

export type CommandDefinition = PlainCommand | ElementCommand<ViewElement>

/**
 * Defines a command: all that VS Code shows of it, and what it does. The manifest is written from the definitions, and
 * so they must load without VS Code: a command reaches its interface through the context.
 */
export function defineCommand<Element extends ViewElement>(definition: ElementCommand<Element>): CommandDefinition
export function defineCommand(definition: PlainCommand): CommandDefinition
export function defineCommand(definition: CommandDefinition): CommandDefinition {
  return definition
}

/**
 * Whether a command was chosen from the menu or a button of a row that VS Code does not know for the moment, since its
 * view is being listed anew. What is selected may be something else, so it must not stand in.
 *
 * @param args what VS Code passes: two from a menu, none from the palette, and one that is undefined for a key
 */
export function isOfUnknownRow(args: readonly unknown[]): boolean {
  return args.length > 1 && args[0] === undefined
}

/**
 * Finds the elements a command was meant for.
 *
 * @param args what VS Code passes: the element whose menu was used, then, when several are selected, all of those
 * @param selection the view's, for a command run from the palette or by a key
 */
export function chooseElements<Element extends ViewElement>(
  command: ElementCommand<Element>,
  args: readonly unknown[],
  selection: readonly ViewElement[],
): readonly Element[] {
  const elements =
    args[0] === undefined && !isOfUnknownRow(args)
      ? selection.filter(command.accepts)
      : findMenuElements(command.accepts, args)
  return command.takes === 'one' ? elements.slice(0, 1) : elements
}

/**
 * The elements whose menu a command was chosen from.
 *
 * @param args what VS Code passes, as to `chooseElements`
 */
export function findMenuElements<Element extends ViewElement>(
  accepts: (value: unknown) => value is Element,
  args: readonly unknown[],
): readonly Element[] {
  const [clicked, selected] = args
  const candidates: readonly unknown[] = Array.isArray(selected) && selected.includes(clicked) ? selected : [clicked]
  return candidates.filter(accepts)
}
