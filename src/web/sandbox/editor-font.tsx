// The font of the sandbox's editors.
import { useGraphiQL, useMonaco } from '@graphiql/react'
import { useEffect } from 'react'

const FAMILY = "'JetBrains Mono Variable', monospace"
const SIZE = 14

/** Draws nothing: sets every editor in the font that has Vietnamese, and measures again once it is loaded. */
export function EditorFont() {
  const monaco = useMonaco((state) => state.monaco)
  const query = useGraphiQL((state) => state.queryEditor)
  const variables = useGraphiQL((state) => state.variableEditor)
  const headers = useGraphiQL((state) => state.headerEditor)
  const response = useGraphiQL((state) => state.responseEditor)
  useEffect(() => {
    for (const editor of [query, variables, headers, response]) {
      editor?.updateOptions({ fontFamily: FAMILY, fontSize: SIZE, fontLigatures: false })
    }
    if (monaco === undefined) return
    const samples = ['query', 'Việt', 'Ǵ'].map((sample) => document.fonts.load(`${SIZE}px ${FAMILY}`, sample))
    void Promise.all(samples).then(() => monaco.editor.remeasureFonts())
  }, [monaco, query, variables, headers, response])
  return null
}
