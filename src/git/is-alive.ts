/** Whether there is a process of this id. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user lives, too; ours would have let itself be asked.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
