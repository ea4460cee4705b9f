#!/usr/bin/env node
// The hub command.
import { join } from 'node:path'

import { hand, install, root } from './install.js'

install()
hand([join(root, 'src', 'cli', 'main.ts'), ...process.argv.slice(2)])
