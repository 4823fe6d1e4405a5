import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

const manifest = {
  name: 'python-debugger',
  publisher: 'test',
  version: '1.0.0',
  engines: { vscode: '^1.104.0' },
  main: './main.js',
  activationEvents: ['onDebug'],
  contributes: { debuggers: [{ type: 'debugpy', label: 'Python Debugger', languages: ['python'] }] },
}

/** Answers as a debug adapter does that attaches at once, and writes down what it was asked to attach to. */
const program = (attachedPath: string) => `
const vscode = require('vscode')
const { writeFileSync } = require('node:fs')
exports.activate = () => vscode.debug.registerDebugAdapterDescriptorFactory('debugpy', {
  createDebugAdapterDescriptor() {
    const sent = new vscode.EventEmitter()
    return new vscode.DebugAdapterInlineImplementation({
      onDidSendMessage: sent.event,
      handleMessage({ seq, command, arguments: words }) {
        if (command === 'attach') writeFileSync(${JSON.stringify(attachedPath)}, JSON.stringify(words))
        const body = command === 'threads' ? { threads: [] } : {}
        sent.fire({ type: 'response', seq: 0, request_seq: seq, success: true, command, body })
        if (command === 'initialize') sent.fire({ type: 'event', seq: 0, event: 'initialized' })
        if (command === 'disconnect') sent.fire({ type: 'event', seq: 0, event: 'terminated' })
      },
      dispose: () => sent.dispose(),
    })
  },
})
`

/**
 * Installs an extension that stands where VS Code's Python debugger stands, which no registry we have offers.
 *
 * @param attachedPath file that gets the configuration of each session, as JSON
 */
export async function installPythonDebugger(extensionsFolder: string, attachedPath: string): Promise<void> {
  const folder = join(extensionsFolder, 'test.python-debugger-1.0.0')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest))
  await writeFile(join(folder, 'main.js'), program(attachedPath))
}
