// The console's theme.
import {
  convertCssVariables,
  createTheme,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core'

const FONT = "'Inter Variable', system-ui, sans-serif"

export const theme = createTheme({
  fontFamily: FONT,
  fontFamilyMonospace: "'JetBrains Mono Variable', monospace",
  headings: { fontFamily: FONT, fontWeight: '650' },
  primaryColor: 'hub',
  primaryShade: 8,
  defaultRadius: 'sm',
  // from the ground of a hovered row to the ink of a heading; shade 8 on white has a contrast of 9:1
  colors: {
    hub: ['#eef4fa', '#dbe7f3', '#b8d0e6', '#8fb4d7', '#6399c7', '#3d7eb4', '#28679d', '#1b5688', '#12467b', '#0b3560'],
  },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '18px' },
})

/**
 * Gives the theme's variables to the document as a constructed style sheet: a `<style>` element, which the component kit
 * would write itself, is refused by the page's policy.
 */
export function adoptTheme(): void {
  const sheet = new CSSStyleSheet()
  sheet.replaceSync(convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme))))
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet]
}
