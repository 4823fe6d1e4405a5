/**
 * Gives Node what a page has for the GPU of its machine, by the package `webgpu` of the workspace.
 *
 * @param load `import()` as the notebook has it
 * @throws Error in the end of a sentence for people, when that is not installed or finds no GPU
 */
export async function provideWebGpu(load: (specifier: string) => Promise<Record<string, unknown>>): Promise<void> {
  if ('gpu' in navigator) return
  const { create, globals } = await load('webgpu').catch(() => {
    throw new Error('the package webgpu, which lets Node use a GPU, is not installed')
  })
  const gpu: unknown = typeof create === 'function' ? create([]) : undefined
  if (!(await hasAdapter(gpu))) throw new Error('no driver on this machine gives it a GPU; on Linux it needs Vulkan')
  Object.assign(globalThis, globals)
  Object.defineProperty(navigator, 'gpu', { value: gpu, configurable: true })
}

async function hasAdapter(gpu: unknown): Promise<boolean> {
  if (typeof gpu !== 'object' || gpu === null || !('requestAdapter' in gpu)) return false
  const { requestAdapter } = gpu
  if (typeof requestAdapter !== 'function') return false
  const adapter: unknown = await requestAdapter.call(gpu)
  return adapter !== null && adapter !== undefined
}
