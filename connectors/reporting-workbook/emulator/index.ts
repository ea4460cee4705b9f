// A folder into which the agencies of a town drop their reports.
import { existsSync, renameSync, statSync } from 'node:fs'
import { mkdir, rename, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Emulator } from '#connector'
import { fileBytes, fileName, templatesOf } from './file.ts'
import { officeOf } from './town.ts'
import { observationTruth, reportTruth } from './truth.ts'

const lookEveryMs = 1000

/**
 * A folder into which the agencies of the town drop their monthly reports. The files that are due at the start stand there
 * when this settles; later ones appear within a second of the clock reaching them. `behave`: a login that is refused is a folder
 * that is gone; a folder has no other way to misbehave. The files stay where they are after `close`.
 */
export default (async (options) => {
  const { town, now } = options
  const office = officeOf(town, options.size)
  const { folder } = options
  if (folder === undefined) throw new RangeError('this emulator needs options.folder')
  const away = `${folder.replace(/[/\\]+$/, '')}.away`
  if (existsSync(away) && !existsSync(folder)) renameSync(away, folder)
  await mkdir(folder, { recursive: true })

  const put = async (name: string, at: number, bytes: () => Promise<Uint8Array> | Uint8Array): Promise<void> => {
    const path = join(folder, name)
    const before = statSync(path, { throwIfNoEntry: false })
    if (before !== undefined && Math.floor(before.mtimeMs) === at) return
    const passing = join(folder, `.${name}.new`)
    await writeFile(passing, await bytes())
    await utimes(passing, at / 1000, at / 1000)
    await rename(passing, path)
  }
  let hidden = false
  const written = new Map<string, number>()
  const write = async (): Promise<void> => {
    for (const sent of office.present(now().getTime())) {
      const name = fileName(sent)
      if (hidden || written.get(name) === sent.at) continue
      await put(name, sent.at, () => fileBytes(office, sent))
      written.set(name, sent.at)
    }
  }
  const litter = new TextEncoder().encode('lịch')
  const [agency = 'H53'] = office.agencies
  const sample = fileName({ kind: 'ward', agency, month: office.first, version: 0, at: 0, corrupt: false })
  for (const name of [`~$${sample}`, `${sample}.part`, 'Lịch họp giao ban.xlsx']) {
    await put(name, town.beginsAt.getTime(), () => litter)
  }
  await write()

  let writing: Promise<void> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    if (busy || hidden) return
    busy = true
    // A folder that is taken away in the middle of writing is written to again at the next look.
    writing = write().catch(() => undefined).finally(() => { busy = false }) // prettier-ignore
  }, lookEveryMs)
  timer.unref()

  return {
    settings: { folder, templates: templatesOf(office) },
    hosts: [],
    truth(stream) {
      const time = now().getTime()
      if (stream === 'reports') return reportTruth(office, time)
      return stream === 'observations' ? observationTruth(office, time) : []
    },
    dirt(stream) {
      if (stream === 'reports') return 1
      const present = office.present(now().getTime())
      const cells = present.filter(
        (sent) => sent.kind === 'ward' && !sent.corrupt && office.wardCell(sent, 2, 1).means === 'dirt',
      )
      return cells.length + present.filter(({ corrupt }) => corrupt).length
    },
    behave(behaviour) {
      const hide = behaviour === 'unauthorised' || behaviour === 'forbidden'
      if (hide === hidden) return
      renameSync(hide ? folder : away, hide ? away : folder)
      hidden = hide
    },
    async close() {
      clearInterval(timer)
      if (hidden) renameSync(away, folder)
      hidden = false
      await writing
    },
  }
}) satisfies Emulator
