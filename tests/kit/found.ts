import { existsSync } from 'node:fs'
import type { Connector, Emulator, Manifest } from '#connector'

export interface Found {
  readonly connector: Connector<Manifest>
  readonly emulator: Emulator
}

const folder = (id: string): URL => new URL(`../../connectors/${id}/`, import.meta.url)

/** Which of these connectors' folders are not there: a folder may go without a word in the tests of others. */
export const absent = (...ids: readonly string[]): readonly string[] => ids.filter((id) => !existsSync(folder(id)))

/** A connector with its emulator, found by name. Where its folder is not there, what stands for it must not be used. */
export async function found(id: string): Promise<Found> {
  if (absent(id).length > 0) return {} as Found
  const [connector, emulator] = (await Promise.all(
    ['index.ts', 'emulator/index.ts'].map((file) => import(new URL(file, folder(id)).href)),
  )) as [{ default: Connector<Manifest> }, { default: Emulator }]
  return { connector: connector.default, emulator: emulator.default }
}
