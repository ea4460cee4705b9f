// npm start: serve and work in one process.
import { join } from 'node:path'

import { hand, install, root } from './install.js'

install()
hand([join(root, 'src', 'cli', 'main.ts'), 'start', ...process.argv.slice(2)], root)
