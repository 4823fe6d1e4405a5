import { createServer, type Server } from 'node:net'

/** Where a kernel of this machine listens, as its `connection.json` tells it. */
export interface KernelPorts {
  readonly shell_port: number
  readonly iopub_port: number
  readonly stdin_port: number
  readonly control_port: number
  readonly hb_port: number
}

export interface ConnectionFile extends KernelPorts {
  readonly transport: 'tcp'
  readonly ip: '127.0.0.1'
  readonly key: string
  readonly signature_scheme: 'hmac-sha256'
}

/**
 * Five ports that are free now. Another program may take one before the kernel does: then the kernel ends at its start,
 * and is started with others.
 */
export async function findPorts(): Promise<KernelPorts> {
  const servers = await Promise.all(Array.from({ length: 5 }, listen))
  const [shell, iopub, stdin, control, hb] = servers.map(portOf)
  await Promise.all(servers.map(close))
  if (shell === undefined || iopub === undefined || stdin === undefined || control === undefined || hb === undefined) {
    throw new Error('A server listens on no port.')
  }
  return { shell_port: shell, iopub_port: iopub, stdin_port: stdin, control_port: control, hb_port: hb }
}

function listen(): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
  })
}

function portOf(server: Server): number | undefined {
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : undefined
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
