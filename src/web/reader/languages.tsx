// The choice between Vietnamese and English that every page has.
import { useTranslation } from 'react-i18next'
import { chooseLanguage, languageOf } from './language.ts'

/** Two buttons, the present language pressed. The page's texts need `language`. */
export function Languages() {
  const { t, i18n } = useTranslation()
  const language = languageOf(i18n)
  return (
    <div className="languages" role="group" aria-label={t('language')}>
      {(['vi', 'en'] as const).map((choice) => (
        <button
          key={choice}
          type="button"
          lang={choice}
          aria-pressed={language === choice}
          onClick={() => void chooseLanguage(choice)}
        >
          {choice === 'vi' ? 'Tiếng Việt' : 'English'}
        </button>
      ))}
    </div>
  )
}
