// The reader's language, and texts in both.
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'

export type Language = 'vi' | 'en'
/** A text as the page's sources write it: both languages side by side, so that none is forgotten. */
export type Bilingual = Readonly<Record<Language, string>>

const KEPT = 'hub.language'

/**
 * Prepares the page's texts: Vietnamese first, English when the address says `?lang=en` or the reader chose it before.
 * The `lang` of the document follows.
 */
export async function prepareLanguage(texts: Readonly<Record<string, Bilingual>>): Promise<void> {
  const wanted = new URLSearchParams(location.search).get('lang') ?? readKept()
  await i18next.use(initReactI18next).init({
    lng: wanted === 'en' ? 'en' : 'vi',
    fallbackLng: 'vi',
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
    resources: {
      vi: { translation: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.vi])) },
      en: { translation: Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, text.en])) },
    },
  })
  document.documentElement.lang = i18next.language
}

export async function chooseLanguage(language: Language): Promise<void> {
  await i18next.changeLanguage(language)
  document.documentElement.lang = language
  try {
    localStorage.setItem(KEPT, language)
  } catch {
    // storage may be switched off; the choice then lasts as long as the page
  }
}

export function languageOf(i18n: { language: string }): Language {
  return i18n.language === 'en' ? 'en' : 'vi'
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT)
  } catch {
    return null
  }
}
