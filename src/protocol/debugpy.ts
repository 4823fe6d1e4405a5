export interface DebugAddress {
  readonly host: string
  readonly port: number
}

/** Where a command lets a debugger attach: `python -m debugpy --listen [HOST:]PORT …`; undefined where it does not. */
export function findDebugAddress(command: readonly string[]): DebugAddress | undefined {
  const module = command.findIndex((word, index) => word === 'debugpy' && command[index - 1] === '-m')
  const start = module === -1 ? command.findIndex((word) => /(?:^|[\\/])debugpy$/.test(word)) : module
  const listen = command.indexOf('--listen', start)
  if (start === -1 || listen === -1) return undefined
  const [, host = '127.0.0.1', digits = ''] = /^(?:(.+):)?(\d+)$/.exec(command[listen + 1] ?? '') ?? []
  const port = Number(digits)
  // What listens everywhere is reached on this machine.
  return port > 0 && port < 65_536 ? { host: host === '0.0.0.0' ? '127.0.0.1' : host, port } : undefined
}
