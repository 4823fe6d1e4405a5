/** A component of a picture: brightness, or one of two colours, perhaps of fewer pixels. */
export interface Component {
  readonly id: number
  /** How many blocks of it a unit has, across and down. */
  readonly across: number
  readonly down: number
  /** Of its table of quantization. */
  readonly table: number
  /** Blocks of a row, with those that fill the last unit up. */
  readonly blocksPerRow: number
  readonly blocksPerColumn: number
  /** Blocks that have something of the picture in them: what a scan of this component alone goes through. */
  readonly ownBlocksPerRow: number
  readonly ownBlocksPerColumn: number
  /** 64 for each block, not yet multiplied by the table. */
  readonly coefficients: Int16Array
}

export interface Frame {
  readonly width: number
  readonly height: number
  readonly isProgressive: boolean
  readonly mostAcross: number
  readonly mostDown: number
  readonly unitsPerRow: number
  readonly unitsPerColumn: number
  readonly components: readonly Component[]
}

/** Places of coefficients by the order in which they are written, from low frequencies to high ones. */
export const zigzag = Uint8Array.of(
  0,
  1,
  8,
  16,
  9,
  2,
  3,
  10,
  17,
  24,
  32,
  25,
  18,
  11,
  4,
  5,
  12,
  19,
  26,
  33,
  40,
  48,
  41,
  34,
  27,
  20,
  13,
  6,
  7,
  14,
  21,
  28,
  35,
  42,
  49,
  56,
  57,
  50,
  43,
  36,
  29,
  22,
  15,
  23,
  30,
  37,
  44,
  51,
  58,
  59,
  52,
  45,
  38,
  31,
  39,
  46,
  53,
  60,
  61,
  54,
  47,
  55,
  62,
  63,
)
