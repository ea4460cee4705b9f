/** One goal and how far it is met. */
export interface Line {
  readonly what: string
  readonly found: number
  readonly goal: number
  readonly better: 'lower' | 'higher'
  readonly unit: string
  /** The figures behind it. */
  readonly from: string
}

export const met = ({ found, goal, better }: Line): boolean => (better === 'lower' ? found <= goal : found >= goal)

export function print(lines: readonly Line[], json: boolean): void {
  if (json) {
    console.log(JSON.stringify(lines.map((line) => ({ ...line, met: met(line) }))))
    return
  }
  for (const line of lines) {
    const sign = line.better === 'lower' ? '≤' : '≥'
    console.log(
      `${met(line) ? '✓' : '✗'} ${line.what}: ${line.found.toFixed(2)} ${line.unit} (goal ${sign} ${line.goal}) — ${line.from}`,
    )
  }
}
