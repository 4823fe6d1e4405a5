import type { MlflowRequests } from './mlflow-requests.ts'

export const megabyte = 1024 * 1024

/** Files of the same size one after another, in MB a second. */
export async function measureTransfer(
  paths: readonly string[],
  sizeBytes: number,
  transfer: (path: string) => Promise<void>,
): Promise<number> {
  const start = performance.now()
  for (const path of paths) await transfer(path)
  const seconds = (performance.now() - start) / 1000
  return (paths.length * sizeBytes) / megabyte / seconds
}

export async function readWhole(requests: MlflowRequests, path: string, sizeBytes: number): Promise<void> {
  const readBytes = await requests.download(path)
  if (readBytes !== sizeBytes) throw new Error(`${path} came back as ${readBytes} bytes.`)
}
