import { execFile } from 'node:child_process'

export interface ToolOutput {
  readonly stdout: string
  readonly stderr: string
  /** 0 when all went well; tools print their complaints on either stream. */
  readonly exitCode: number
}

/** Runs a tool of a driver; undefined when it is not installed. */
export type RunTool = (program: string, args: readonly string[]) => Promise<ToolOutput | undefined>

/** A driver that hangs must not hang whoever asks for its GPUs. */
const timeoutMs = 20_000

/** @param env where the tool is found; its texts are asked for in English */
export function openTools(env: Readonly<Record<string, string | undefined>>): RunTool {
  return (program, args) =>
    new Promise((resolve) => {
      const options = { env: { ...env, LC_ALL: 'C' }, timeout: timeoutMs, maxBuffer: 16 << 20, windowsHide: true }
      execFile(program, [...args], options, (error, stdout, stderr) => {
        if (error === null) resolve({ stdout, stderr, exitCode: 0 })
        else if (error.code === 'ENOENT') resolve(undefined)
        else if (error.killed === true) {
          const seconds = timeoutMs / 1000
          resolve({ stdout: '', stderr: `${program} gave no answer within ${seconds} seconds.`, exitCode: 1 })
        } else resolve({ stdout, stderr, exitCode: typeof error.code === 'number' ? error.code : 1 })
      })
    })
}
