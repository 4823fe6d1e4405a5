import type { Language } from '../base/languages.ts'
import type { LineageKind } from './lineage.ts'

/** A node of a lineage, as `lineage/of` takes it. */
export interface LineagePlace {
  readonly kind: LineageKind
  readonly id: string
}

/** A node whose neighbours are shown too, whichever way they lie, and how many nodes were asked for. */
export interface ExpandedPlace extends LineagePlace {
  readonly limit: number
}

/** What VS Code keeps of a lineage over a reload of the window: where it begins, and what was made of it. */
export interface KeptLineagePage extends LineagePlace {
  readonly connectionId: string
  /** What the start was called when it was opened. */
  readonly name: string
  readonly expanded: readonly ExpandedPlace[]
  /** The key of the node that had the focus last; the page alone reads it. */
  readonly at?: string
}

/** A node as the page draws it: every text is in the language of the reader already. */
export interface PageNode extends LineagePlace {
  readonly key: string
  readonly title: string
  /** What it is, and how it stands: `run · FINISHED`. */
  readonly detail: string
  /** How much lies next to it, at least, and is not shown. */
  readonly moreUp: number
  readonly moreDown: number
  /** The same in words, and whether the lineage begins here: for those who do not see the marks. */
  readonly note: string
}

/** Leads from what was first to what came of it. */
export interface PageEdge {
  readonly from: string
  readonly to: string
  /** Seen from what came later: `read data/raw.csv (declared)`. */
  readonly up: string
  /** Seen from what was first: `read by run prepare (declared)`. */
  readonly down: string
}

/** The page's own texts. */
export interface LineagePageTexts {
  readonly title: string
  /** How much is shown. */
  readonly count: string
  readonly graph: string
  readonly table: string
  readonly reload: string
  readonly asText: string
  readonly copy: string
  readonly open: string
  readonly expand: string
  readonly begin: string
  /** What the keys do. */
  readonly keys: string
  readonly first: string
  readonly cameOfIt: string
  /** Where the start has no neighbours. */
  readonly nothing: string
}

/** What the extension tells the page of a lineage; each message is all that the page is to show. */
export type ToLineagePage =
  | {
      readonly kind: 'graph'
      readonly language: Language
      /** To be given to VS Code. */
      readonly kept: KeptLineagePage
      /** What the lineage begins with comes first. */
      readonly nodes: readonly PageNode[]
      readonly edges: readonly PageEdge[]
      readonly texts: LineagePageTexts
    }
  /** It takes a while, or could not be done. What was shown stays. */
  | { readonly kind: 'notice'; readonly language: Language; readonly text: string; readonly isTrouble: boolean }

/** What the page of a lineage tells the extension. */
export type FromLineagePage =
  | { readonly kind: 'ready' | 'again' | 'as-text' | 'copy' }
  /** Open what a node is; show its neighbours too; begin another lineage with it. */
  | { readonly kind: 'open' | 'expand' | 'begin'; readonly key: string }
