/** What a measure is given in, and which way is better. */
export const units = {
  ms: { better: 'lower' },
  MB: { better: 'lower' },
  KB: { better: 'lower' },
  'bytes/point': { better: 'lower' },
  'points/s': { better: 'higher' },
  'MB/s': { better: 'higher' },
  'KB/s': { better: 'lower' },
  'ms/s': { better: 'lower' },
  nodes: { better: 'lower' },
  parameters: { better: 'lower' },
  operators: { better: 'higher' },
  ppm: { better: 'lower' },
  '%': { better: 'higher' },
  h: { better: 'lower' },
  s: { better: 'lower' },
  '×': { better: 'lower' },
  'requests/s': { better: 'higher' },
} as const satisfies Record<string, { better: 'lower' | 'higher' }>

export type Unit = keyof typeof units

/** What we hold ourselves to: so many times as good as the peer, or a figure in the measure's own unit. */
export type Target = { readonly timesPeer: number } | { readonly atMost: number }

export interface Measure {
  readonly label: string
  readonly unit: Unit
  /** Default: none; the figure is there to be known. */
  readonly target?: Target
  /** Whether the table says where our median lies with 95 % confidence; that takes six samples. */
  readonly interval?: true
}

/** A figure for each measure, by its id. */
export type Sample<Id extends string> = Readonly<Record<Id, number>>

/** Both sides, ready to be measured in turn. Disposing them stops all that runs. */
export interface Sides<Id extends string> extends AsyncDisposable {
  /** Measures our side once. */
  ours(): Promise<Sample<Id>>
  /** Measures the peer once, where one does the same; it leaves out what is asked of us alone. */
  peer?(): Promise<Partial<Sample<Id>>>
  /** Where there are several peers, each by its name, measured in turn like one. */
  readonly peers?: Readonly<Record<string, () => Promise<Partial<Sample<Id>>>>>
  /** What figures do not tell, when all is measured: in Markdown, below the table. */
  describe?(): string
}

export interface BenchmarkSetting {
  /** Small sizes, to see that it works. */
  readonly isQuick: boolean
  /** Absolute path of an empty folder, which is removed afterwards. */
  readonly folder: string
  /** Of several parts the one that is wanted. Default: all. */
  readonly only: string | undefined
  /** Told what is being done. */
  report(line: string): void
}

export interface BenchmarkOf<Id extends string> {
  /** As on the command line. */
  readonly name: string
  /** What is done to get the figures, in a line. */
  readonly summary: string
  /** In the order of the table. */
  readonly measures: Readonly<Record<Id, Measure>>
  /** How often each side is measured; default 5. One that is measured once is not warmed up. */
  readonly repetitions?: number
  /** False where each repetition begins with nothing that another could have warmed. Default: true. */
  readonly warmsUp?: boolean
  /** Whether each of its parts is saved by itself, in files of its own. Default: parts are not saved. */
  readonly savesParts?: true
  /** Names the peers with their versions, where they have names. */
  describePeers?(): string
  open(setting: BenchmarkSetting): Promise<Sides<Id>>
}

export type Benchmark = BenchmarkOf<string>

/** Gives each sample the ids of the measures to check against. */
export function defineBenchmark<const Id extends string>(benchmark: BenchmarkOf<Id>): Benchmark {
  return benchmark
}
