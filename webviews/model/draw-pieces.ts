import { type GraphLayout, layerSize, nodeHeight, type Piece } from './graph-layout.ts'

/** What of a graph is in sight: layers, the last one left out, and CSS pixels from where lines of text begin. */
export interface Sight {
  readonly fromLayer: number
  readonly toLayer: number
  readonly start: number
  readonly end: number
}

/** Long edges that are drawn at once, at most. */
const maxLongPieces = 400

/**
 * Edges as the data of SVG paths, from the top of the first layer in sight.
 *
 * @param current the node whose edges stand out
 */
export function drawPieces(
  { pieces, longPieces }: GraphLayout,
  sight: Sight,
  current: number,
): { readonly all: string; readonly near: string } {
  const isIn = ({ layer, endLayer, x, endX }: Piece) =>
    Math.max(x, endX) >= sight.start &&
    Math.min(x, endX) <= sight.end &&
    Math.max(layer, endLayer) >= sight.fromLayer - 1 &&
    Math.min(layer, endLayer) <= sight.toLayer
  const ofLayers = pieces.slice(Math.max(0, sight.fromLayer - 1), sight.toLayer).flat()
  const long: Piece[] = []
  for (const piece of longPieces) {
    if (long.length === maxLongPieces) break
    if (isIn(piece)) long.push(piece)
  }
  const shown = [...ofLayers.filter(isIn), ...long]
  const isNear = ({ from, to }: Piece) => from === current || to === current
  const draw = (list: readonly Piece[]) => list.map((piece) => drawPiece(piece, sight.fromLayer)).join('')
  return { all: draw(shown.filter((piece) => !isNear(piece))), near: draw(shown.filter(isNear)) }
}

function drawPiece({ layer, endLayer, x, endX, passes }: Piece, top: number): string {
  const y = (layer - top) * layerSize + nodeHeight
  const endY = (endLayer - top) * layerSize
  const bend = Math.min(layerSize, Math.max((layerSize - nodeHeight) / 2, Math.abs(endY - y) / 2))
  const curve = `M${x} ${y}C${x} ${y + bend} ${endX} ${endY - bend} ${endX} ${endY}`
  return passes ? `${curve}v${nodeHeight}` : curve
}
