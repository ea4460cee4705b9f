// The rules of check, failures, aborts and secrets.
import { findings } from './rule.ts'
import type { Rule } from './rule.ts'
import { secretsOf } from '../settings.ts'
import { allText, codeOf, described, readsFolder, smallPages, streamsOf, thrownBy, trial } from './subject.ts'
import type { Behaviour, Trial } from './subject.ts'

export const lettingIn: Rule = {
  id: 'C01',
  severity: 'MUST',
  title: 'passes check against its own emulator, and fails it with CONFIG_INVALID when it is not let in',
  run: (subject) =>
    trial(subject, async ({ running, context }) => {
      const found = findings()
      const check = (settings?: Record<string, unknown>): Promise<unknown> =>
        thrownBy(() => subject.connector.check(context(settings === undefined ? {} : { settings })))
      const passed = await check()
      found.expect(passed === undefined, () => `check fails against the emulator: ${described(passed)}`)
      if (readsFolder(running)) {
        for (const [name, field] of Object.entries(subject.connector.manifest.config)) {
          if (field.kind !== 'folder') continue
          const failed = await check({ ...running.settings, [name]: `${String(running.settings[name])}-missing` })
          found.expect(
            codeOf(failed) === 'CONFIG_INVALID',
            () => `a missing folder '${name}' gives ${described(failed)}`,
          )
        }
        return found.verdict()
      }
      for (const behaviour of ['unauthorised', 'forbidden'] as const) {
        running.behave(behaviour)
        const failed = await check()
        found.expect(codeOf(failed) === 'CONFIG_INVALID', () => `check under '${behaviour}' gives ${described(failed)}`)
      }
      running.behave('normal')
      const again = await check()
      found.expect(again === undefined, () => `check still fails once it is let in again: ${described(again)}`)
      return found.verdict()
    }),
}

export const throttling: Rule = {
  id: 'C06',
  severity: 'MUST',
  title: 'turns 429 and 503 into SOURCE_UNAVAILABLE, carrying Retry-After when sent',
  run: (subject) =>
    trial(subject, async (tried) => {
      const found = findings()
      if (readsFolder(tried.running)) return { is: 'skipped', why: 'the source is a folder: nobody throttles it' }
      for (const stream of streamsOf(subject)) {
        const throttled = await readUnder(tried, stream, 'throttled')
        found.expect(
          codeOf(throttled) === 'SOURCE_UNAVAILABLE',
          () => `${stream} under 429 gives ${described(throttled)}`,
        )
        const asked = (throttled as { retryAfterSeconds?: unknown } | undefined)?.retryAfterSeconds
        found.expect(asked === 7, () => `${stream} under 429 with Retry-After: 7 carries ${String(asked)}`)
        const down = await readUnder(tried, stream, 'unavailable')
        found.expect(codeOf(down) === 'SOURCE_UNAVAILABLE', () => `${stream} under 503 gives ${described(down)}`)
      }
      return found.verdict()
    }),
}

export const unknownPage: Rule = {
  id: 'C07',
  severity: 'MUST',
  title: 'turns an unknown page shape into SOURCE_CHANGED, not an empty stream',
  run: (subject) =>
    trial(subject, async (tried) => {
      const found = findings()
      if (readsFolder(tried.running))
        return { is: 'skipped', why: 'the source is a folder: a strange file in it is a record' }
      for (const behaviour of ['html', 'unknown-structure'] as const) {
        await tried.behave(behaviour)
        for (const stream of streamsOf(subject)) {
          const failed = await thrownBy(() => tried.pages(stream))
          found.expect(
            codeOf(failed) === 'SOURCE_CHANGED',
            () => `${stream} under '${behaviour}' gives ${described(failed)}`,
          )
        }
      }
      return found.verdict()
    }),
}

export const aborting: Rule = {
  id: 'C08',
  severity: 'MUST',
  title: 'stops within one page when the signal aborts',
  run: async (subject) => {
    const found = findings()
    const look = async (size?: number): Promise<void> => {
      await trial(
        subject,
        async (tried) => {
          const settings = smallPages(subject, tried.running)
          for (const stream of streamsOf(subject)) {
            const all = (await tried.pages(stream, { all: true }, { settings })).length
            if (all < 3) continue
            const controller = new AbortController()
            let after = -1
            const reading = thrownBy(async () => {
              const context = tried.context({ settings, signal: controller.signal })
              for await (const _page of subject.connector.read(context, stream, { all: true })) {
                after++
                controller.abort(new Error('stopped'))
              }
            })
            const ended = await Promise.race([reading.then(() => true), late(5000)])
            found.expect(ended, `${stream} has not stopped 5 s after the abort`)
            found.expect(after <= 1, () => `${stream} yields ${after} pages after the abort, of ${all}`)
          }
        },
        size,
      )
    }
    await look()
    if (found.verdict('few').is === 'skipped') await look(1_600)
    return found.verdict('no stream of the emulator has three pages')
  },
}

export const secrecy: Rule = {
  id: 'C09',
  severity: 'MUST',
  title: 'lets no secret appear in an error, a log line or a record',
  run: (subject) =>
    trial(subject, async (tried) => {
      const { running } = tried
      const found = findings()
      const { config } = subject.connector.manifest
      const real = secretsOf(config, running.settings)
      if (real.length === 0) return { is: 'skipped', why: 'no secret among the settings' }
      const wrong = JSON.parse(
        JSON.stringify(running.settings, (_name, value: unknown) =>
          typeof value === 'string' && real.includes(value) ? `canary-${value}-canary` : value,
        ),
      ) as Record<string, unknown>
      const secrets = [...secretsOf(config, wrong), ...real]
      const forms = secrets
        .filter((one) => one.length >= 4)
        .flatMap((one) => [one, encodeURIComponent(one), Buffer.from(one).toString('base64')])
      const look = (text: string, where: string): void =>
        found.expect(!forms.some((form) => text.includes(form)), `a secret appears in ${where}`)

      const logged = await listening(async () => {
        for (const settings of [running.settings, wrong]) {
          const how = settings === wrong ? 'with a wrong secret' : 'with the right secret'
          for (const behaviour of settings === wrong ? (['normal'] as const) : behaviours) {
            await tried.behave(behaviour)
            const checked = await thrownBy(() => subject.connector.check(tried.context({ settings })))
            look(allText(checked), `the error of check ${how} under '${behaviour}'`)
            for (const stream of streamsOf(subject)) {
              const failed = await thrownBy(async () => {
                for (const page of await tried.pages(stream, { all: true }, { settings })) {
                  look(JSON.stringify(page.records), `a record of ${stream}`)
                  look(page.next, `a cursor of ${stream}`)
                }
              })
              look(allText(failed), `the error of ${stream} ${how} under '${behaviour}'`)
            }
          }
        }
      })
      look(logged, 'a log line')
      return found.verdict()
    }),
}

const behaviours = [
  'normal',
  'unauthorised',
  'forbidden',
  'throttled',
  'unavailable',
  'html',
  'unknown-structure',
] as const

async function readUnder(tried: Trial, stream: string, behaviour: Behaviour): Promise<unknown> {
  await tried.behave(behaviour)
  const error = await thrownBy(() => tried.pages(stream))
  await tried.behave('normal')
  return error
}

const late = (milliseconds: number): Promise<false> =>
  new Promise((resolve) => setTimeout(() => resolve(false), milliseconds).unref())

/** All that is written to the console and the standard streams meanwhile. */
async function listening(work: () => Promise<void>): Promise<string> {
  let heard = ''
  const undo: (() => void)[] = []
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write
    stream.write = ((chunk: unknown) => ((heard += String(chunk)), true)) as typeof stream.write
    undo.push(() => (stream.write = write))
  }
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    const original = console[name]
    console[name] = (...parts: unknown[]) => void (heard += parts.map((part) => allText(part)).join(' '))
    undo.push(() => (console[name] = original))
  }
  try {
    await work()
  } finally {
    for (const restore of undo) restore()
  }
  return heard
}
