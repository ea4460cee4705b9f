// What every command takes: where it says how it ended, and the options that most have.

/** Takes the exit code with which a command ends: 0 done, 1 failed, 2 wrong usage. */
export type Exit = (code: number) => void

export interface JsonOption {
  /** Data for programs instead of tables for people. */
  readonly json?: boolean
}
