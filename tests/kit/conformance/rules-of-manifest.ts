// The rules of a manifest.
import type { Bilingual, ConfigField, Manifest } from '#connector'
import { findings } from './rule.ts'
import type { Rule } from './rule.ts'

// Letters that Vietnamese has and English does not.
const vietnamese = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i

export const bilingual: Rule = {
  id: 'C12',
  severity: 'SHOULD',
  title: 'describes every config field and stream in Vietnamese and English',
  run: ({ connector: { manifest } }) => {
    const found = findings()
    for (const [what, title] of titlesOf(manifest)) {
      const { vi, en } = (title ?? {}) as Partial<Bilingual>
      found.expect(filled(vi), `${what} has no Vietnamese title`)
      found.expect(filled(en), `${what} has no English title`)
      if (!filled(vi) || !filled(en)) continue
      // One word may be the same in both: camera, URL, e-mail.
      const translated = vi !== en || vietnamese.test(vi.normalize('NFC')) || !vi.trim().includes(' ')
      found.expect(translated, `${what} has the same title in both languages: '${en}'`)
      found.expect(vi === vi.normalize('NFC'), `${what} has a Vietnamese title that is not in NFC`)
    }
    return Promise.resolve(found.verdict())
  },
}

const filled = (text: string | undefined): text is string => typeof text === 'string' && text.trim() !== ''

function* titlesOf(manifest: Manifest): Generator<readonly [string, Bilingual | undefined]> {
  yield ['the connector', manifest.title]
  for (const [id, stream] of Object.entries(manifest.streams)) yield [`stream ${id}`, stream.title]
  for (const [name, field] of Object.entries(manifest.config)) yield* titlesOfField(`field ${name}`, field)
}

function* titlesOfField(what: string, field: ConfigField): Generator<readonly [string, Bilingual | undefined]> {
  yield [what, field.title]
  if (field.kind === 'list' || field.kind === 'map') yield* titlesOfField(`${what}[]`, field.of)
  if (field.kind !== 'object') return
  for (const [name, inner] of Object.entries(field.fields)) yield* titlesOfField(`${what}.${name}`, inner)
}
