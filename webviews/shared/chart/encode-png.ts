/** A picture as the bytes of a PNG. */
export async function encodePng(canvas: OffscreenCanvas): Promise<Uint8Array> {
  const picture = await canvas.convertToBlob({ type: 'image/png' })
  return new Uint8Array(await picture.arrayBuffer())
}
