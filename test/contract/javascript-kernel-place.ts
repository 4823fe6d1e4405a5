import type { KernelPlace } from './kernel.ts'
import { openPythonPlace } from './python-kernel-place.ts'

/** The same engine; the kernel that comes with it. */
export async function openJavaScriptPlace(): Promise<KernelPlace> {
  const place = await openPythonPlace()
  return { ...place, environmentId: 'built-in:javascript' }
}
